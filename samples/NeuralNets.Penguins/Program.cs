// Which of three species is a penguin? 344 penguins of the Palmer Archipelago, with four measurements, the island, the sex, and 19 gaps.
using System.Globalization;
using NeuralNets.Core.Models;
using NeuralNets.Core.Tables;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// 1. Read the table. Types, separator and missing values (NA) are found out.
Table penguins = CsvTable.Read(Path.Combine(AppContext.BaseDirectory, "data", "penguins.csv"));
Console.WriteLine(penguins);
Console.WriteLine();

// 2. Put a quarter of the rows aside, each species with its share. Nothing is learned from them.
(Table training, Table test) = penguins.Split(testFraction: 0.25, seed: 1, stratifyBy: "species");

// 3. Learn: numbers are standardized, words become categories, and gaps are filled, by what the training rows say.
var model = TableModel<float>.Fit(training, "species", new TableTraining<float> { Seed = 1 });
Console.WriteLine(model.Encoder);
Console.WriteLine();

// 4. Ask: one row as it may come from a form, with a gap where the sex is.
TableAnswer answer = model.Predict(new Dictionary<string, object?>
{
    ["island"] = "Biscoe",
    ["bill_length_mm"] = 47.5,
    ["bill_depth_mm"] = 14.9,
    ["flipper_length_mm"] = 218,
    ["body_mass_g"] = 5100,
});
Console.WriteLine($"A large one from Biscoe: {answer}");
Console.WriteLine();

// 5. What does the model go by? How much is lost when a column is mixed up.
foreach (PermutationImportance importance in PermutationImportance.Compute(model, test))
{
    Console.WriteLine(importance);
}

// 6. Keep it: columns, categories, statistics and class names are in the same file as the weights.
string path = Path.Combine(Path.GetTempPath(), "penguins.safetensors");
model.Save(path);
TableModel<float> loaded = TableModel<float>.Load(path);
File.Delete(path);

// 7. How good is it on the rows that it has never seen?
Console.WriteLine();
Console.WriteLine($"Test accuracy: {100 * loaded.Evaluate(test).Accuracy:f1} %");
