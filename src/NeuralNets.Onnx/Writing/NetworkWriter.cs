using System.Numerics;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using NeuralNets.Core;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tables;
using NeuralNets.Onnx.Format;
using static NeuralNets.Onnx.Writing.GraphWriter;

namespace NeuralNets.Onnx.Writing;

/// <summary>Makes a model of a network: rows in, and one row of outputs for each.</summary>
internal static class NetworkWriter
{
    private const int IrVersion = 7;
    private const int Opset = 13;
    private const int MachineLearningOpset = 2;

    /// <summary>The metadata with the names of the classes: a JSON array.</summary>
    public const string ClassesKey = "neuralnets.classes";

    /// <summary>Makes the model.</summary>
    /// <exception cref="ArgumentException">The network does not have the encoder's inputs and outputs, or is too large.</exception>
    /// <exception cref="NotSupportedException">ONNX, or ONNX Runtime, has not what the network or the encoder needs.</exception>
    public static ProtoMessage Build<T>(Network<T> network, TableEncoder? encoder)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        if (encoder is not null)
        {
            TableEncoderJson.CheckPair(network, encoder, nameof(network));
        }

        CheckSize(network);
        var graph = new GraphWriter();
        string value = encoder is null
            ? graph.Input("input", TypeOf<T>(), network.InputCount)
            : EncoderNodes.Add<T>(graph, encoder);
        AddLayers(graph, network, encoder, value);
        return Model(graph, encoder);
    }

    /// <summary>Writes a model.</summary>
    public static void Write(Stream stream, ProtoMessage model)
    {
        using var output = new CodedOutputStream(stream, leaveOpen: true);
        model.WriteTo(output);
        output.Flush();
    }

    /// <summary>Makes a model of a graph.</summary>
    public static ProtoMessage Model(GraphWriter graph, TableEncoder? encoder)
    {
        ProtoMessage model = new ProtoMessage()
            .Add(Fields.Model.IrVersion, IrVersion)
            .Add(Fields.Model.ProducerName, "NeuralNets.Onnx")
            .Add(Fields.Model.ProducerVersion, LibraryVersion.Text)
            .Add(Fields.Model.Graph, graph.Build("network"))
            .Add(Fields.Model.OpsetImport, OperatorSet("", Opset));
        if (graph.UsesMachineLearning)
        {
            model.Add(Fields.Model.OpsetImport, OperatorSet(MachineLearning, MachineLearningOpset));
        }

        if (encoder is { IsClassifier: true })
        {
            model.Add(Fields.Model.Metadata, new ProtoMessage()
                .Add(Fields.Metadata.Key, ClassesKey)
                .Add(Fields.Metadata.Value, Json(encoder.ClassNames)));
        }

        return model;
    }

    private static void AddLayers<T>(GraphWriter graph, Network<T> network, TableEncoder? encoder, string value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int l = 0; l < network.Layers.Count; l++)
        {
            DenseLayer<T> layer = network.Layers[l];
            bool isLast = l == network.Layers.Count - 1;
            string name = $"layers.{l}";
            string weights = graph.Constant<T>($"{name}.weight", RowMajor(layer), layer.OutputCount, layer.InputCount);
            string biases = graph.Constant<T>($"{name}.bias", layer.BiasSpan, layer.OutputCount);
            string z = graph.Node("Gemm", $"{name}.z", [value, weights, biases], Attribute("transB", 1L));
            string place = $"layer {l + 1} ({layer})";
            if (!isLast)
            {
                value = layer.Activation is Identity<T> ? z : ActivationNodes.Add(graph, layer.Activation, z, $"{name}.a", place);
            }
            else
            {
                AddOutputs(graph, layer, encoder, z, place);
            }
        }
    }

    private static void AddOutputs<T>(GraphWriter graph, DenseLayer<T> layer, TableEncoder? encoder, string z, string place)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (encoder is { IsClassifier: false })
        {
            string standardized = ActivationNodes.Add(graph, layer.Activation, z, "standardized", place);
            graph.Output(EncoderNodes.AddUnits<T>(graph, encoder, standardized), TensorType.Double, 1);
            return;
        }

        bool isSoftmax = layer.Activation is Softmax<T>;
        bool isSigmoid = layer.Activation is Sigmoid<T>;
        string output = ActivationNodes.Add(graph, layer.Activation, z, isSoftmax || isSigmoid ? "probabilities" : "output", place);
        graph.Output(output, TypeOf<T>(), layer.OutputCount);
        if (isSoftmax)
        {
            string position = graph.Node(
                "ArgMax", encoder is null ? "label" : "position", [z], Attribute("axis", 1L), Attribute("keepdims", 0L));
            AddLabel(graph, encoder, position, null);
        }
        else if (isSigmoid)
        {
            // The label of a probability: that it is at least one half, by the sign of z, as PredictLabels and PredictIndicators do it.
            string isTrue = graph.Node("GreaterOrEqual", "is_true", [z, graph.Scalar<T>("zero", 0)]);
            if (layer.OutputCount == 1)
            {
                // A vector of rows, as of a softmax.
                isTrue = graph.Node("Squeeze", "is_true_vector", [isTrue, graph.Constant<long>("label_axis", [1], 1)]);
            }

            string position = graph.Node("Cast", encoder is null ? "label" : "position", [isTrue], Attribute("to", (long)TensorType.Int64));
            AddLabel(graph, encoder, position, layer.OutputCount == 1 ? null : layer.OutputCount);
        }
    }

    private static void AddLabel(GraphWriter graph, TableEncoder? encoder, string position, long? columns)
    {
        if (encoder is null)
        {
            graph.Output(position, TensorType.Int64, columns);
        }
        else
        {
            graph.Output(EncoderNodes.AddClassName(graph, encoder, position), TensorType.String, columns);
        }
    }

    private static ProtoMessage OperatorSet(string domain, int version) => new ProtoMessage()
        .Add(Fields.OperatorSet.Domain, domain)
        .Add(Fields.OperatorSet.Version, version);

    private static string Json(IReadOnlyList<string> texts)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            foreach (string text in texts)
            {
                json.WriteStringValue(text);
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void CheckSize<T>(Network<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // A quarter of what a message may have is left for all but the parameters.
        long limit = (int.MaxValue - (1L << 29)) / (typeof(T) == typeof(double) ? sizeof(double) : sizeof(float));
        if (network.ParameterCount > limit)
        {
            throw new ArgumentException(
                $"An ONNX file must be shorter than 2 GiB, so a network of {typeof(T).Name} must have at most {limit} parameters, but this "
                + $"one has {network.ParameterCount}.",
                nameof(network));
        }
    }

    private static T[] RowMajor<T>(DenseLayer<T> layer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] rows = new T[layer.WeightSpan.Length];
        ReadOnlySpan<T> columns = layer.WeightSpan;
        for (int row = 0; row < layer.OutputCount; row++)
        {
            for (int column = 0; column < layer.InputCount; column++)
            {
                rows[((long)row * layer.InputCount) + column] = columns[(column * layer.OutputCount) + row];
            }
        }

        return rows;
    }
}
