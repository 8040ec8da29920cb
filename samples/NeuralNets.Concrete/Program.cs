// How strong will a concrete be? 1030 mixtures of seven ingredients, their age in days, and the compressive strength in MPa.
using System.Globalization;
using NeuralNets.Core.Models;
using NeuralNets.Core.Tables;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const string Target = "compressive_strength";

// 1. Read the table, and put a quarter of the rows aside for the test.
Table concrete = CsvTable.Read(Path.Combine(AppContext.BaseDirectory, "data", "concrete.csv"));
(Table training, Table test) = concrete.Split(testFraction: 0.25, seed: 1);

// 2. Which settings suit? Each is tried on five folds of the training rows; the test rows say nothing yet.
TableTraining<float>[] candidates =
[
    new() { HiddenUnits = [] }, // a linear model, to see what the layers are worth
    new() { HiddenUnits = [32] },
    new() { HiddenUnits = [64, 32], LearningRate = 0.003 },
];
var search = SettingsSearch<float>.Run(training, Target, candidates);
foreach ((TableTraining<float> settings, CrossValidation result) in search.Tried)
{
    Console.WriteLine($"hidden units [{string.Join(", ", settings.HiddenUnits)}]: R² {result}");
}

// 3. Learn from all training rows with the best of them. The strength is standardized for the network, and predicted in MPa.
var model = TableModel<float>.Fit(training, Target, search.Best.Settings);
Console.WriteLine();
Console.WriteLine(model.Encoder);

// 4. Ask: one mixture at three ages.
double[] mixture = [350, 0, 100, 170, 8, 1000, 780]; // kg/m³ of cement, slag, fly ash, water, plasticizer, gravel and sand
Console.WriteLine();
foreach (int days in (int[])[3, 28, 90])
{
    double[] strength = new double[1];
    model.Predict([.. mixture.Select(amount => (TableCell)amount), days], strength);
    Console.WriteLine($"after {days} days: {strength[0]:f1} MPa");
}

// 5. How good is it on mixtures that it has never seen?
TableEvaluation evaluation = model.Evaluate(test);
Console.WriteLine();
Console.WriteLine($"typical error: {evaluation.Regression!.Average.MeanAbsoluteError:f1} MPa");
Console.WriteLine($"Test R²: {evaluation.RSquared:f3}");
