using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Training;
using NeuralNets.Onnx;

// A user's program: .ci/pack compiles it outside the repository against the packed libraries, so it is in no project here.
// It learns XOR and some of the digits, saves a network and loads it, also as ONNX, and fails where a result is not what it should be.
// The argument is the folder of the digits.
string folder = args[0];

Matrix<double> corners = Matrix<double>.Build.DenseOfArray(new double[,] { { 0, 0, 1, 1 }, { 0, 1, 0, 1 } });
int[] labels = [0, 1, 1, 0];
var xor = new Network<double>([2, 8, 2], new Tanh<double>(), seed: 1);
var trainer = new GradientDescentTrainer<double>(xor) { LearningRate = 0.5 };
trainer.Fit(Dataset<double>.FromMatrix(corners, labels, classCount: 2), epochs: 500);
Require(xor.PredictLabels(corners).SequenceEqual(labels), "XOR is learned");
Console.WriteLine($"XOR: learned, parameters {xor.ComputeParametersSha256()}");

var digits = new Network<float>([784, 64, 10], new Relu<float>(), seed: 1);
new GradientDescentTrainer<float>(digits) { LearningRate = 0.1, BatchSize = 32 }.Fit(Digits("train", 10_000), epochs: 5);
Dataset<float> test = Digits("t10k", 2_000);
int correct = digits.PredictLabels(test).Zip(test.Labels.ToArray()).Count(pair => pair.First == pair.Second);
Require(correct > 0.9 * test.Count, $"more than nine digits in ten are recognised, but it was {correct} of {test.Count}");
Console.WriteLine($"Digits: {correct} of {test.Count} recognised, parameters {digits.ComputeParametersSha256()}");

using var file = new MemoryStream();
NetworkFile.Save(file, digits);
file.Position = 0;
Network<float> loaded = NetworkFile.Load<float>(file, "the file");
Require(loaded.ComputeParametersSha256() == digits.ComputeParametersSha256(), "a saved network loads as it was");
Console.WriteLine($"Saved and loaded: {file.Length} bytes");

using var onnx = new MemoryStream();
OnnxFile.Save(onnx, digits);
onnx.Position = 0;
Network<float> exported = OnnxFile.Load<float>(onnx, "the ONNX file");
Require(exported.ComputeParametersSha256() == digits.ComputeParametersSha256(), "a network in an ONNX file loads as it was");
Console.WriteLine($"As ONNX: {onnx.Length} bytes");

Dataset<float> Digits(string prefix, int count) => Dataset<float>.FromImages(IdxReader.ReadImages(
    Path.Combine(folder, $"{prefix}-images-idx3-ubyte.gz"), Path.Combine(folder, $"{prefix}-labels-idx1-ubyte.gz")).Take(count));

static void Require(bool condition, string what)
{
    if (!condition)
    {
        throw new InvalidOperationException($"Not so: {what}.");
    }
}
