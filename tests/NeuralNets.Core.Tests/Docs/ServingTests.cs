using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using NeuralNets.Core.Models;
using NeuralNets.Core.Tables;
using NeuralNets.Core.Tests.ChildProcess;
using NeuralNets.Core.Tests.Data;

namespace NeuralNets.Core.Tests.Docs;

/// <summary>The web service of the documentation answers eight threads at once as the model does.</summary>
public sealed class ServingTests
{
    internal const string Page = "docs/serving.md";

    private const string Listening = "Now listening on: ";

    [Fact]
    public async Task Service_OfThePage_AnswersAsTheModel()
    {
        using var folder = new TempDirectory();
        Table penguins = CsvTable.Read(Repository.File("samples/NeuralNets.Penguins/data/penguins.csv"));
        var model = TableModel<float>.Fit(penguins, "species", new() { HiddenUnits = [8], Epochs = 20, Patience = null });
        model.Save(folder.File("penguins.safetensors"));
        string program = folder.File("page.dll");
        PageProgram.Compile(new MarkdownPage(Page), program, isWeb: true);
        using Process service = Child.Start(["page", program, "--urls", "http://127.0.0.1:0"]);
        try
        {
            using var client = new HttpClient { BaseAddress = await AddressOf(service) };
            IEnumerable<Task> threads = Enumerable.Range(0, 8).Select(thread => Task.Run(async () =>
            {
                for (int row = thread; row < penguins.RowCount; row += 8)
                {
                    await Ask(client, model, RowOf(penguins, row));
                }
            }));
            await Task.WhenAll(threads);

            using HttpResponseMessage refused =
                await client.PostAsJsonAsync("predict", new Dictionary<string, string> { ["island"] = "x", ["body_mass_g"] = "heavy" });
            refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
            (await refused.Content.ReadAsStringAsync()).Should().Contain("body_mass_g");
        }
        finally
        {
            service.Kill(entireProcessTree: true);
            await service.WaitForExitAsync();
        }
    }

    private static async Task Ask(HttpClient client, TableModel<float> model, Dictionary<string, object?> row)
    {
        using HttpResponseMessage response = await client.PostAsJsonAsync("predict", row);
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        TableAnswer expected = model.Predict(row);
        answer.GetProperty("className").GetString().Should().Be(expected.ClassName);
        answer.GetProperty("probability").GetDouble().Should().Be(expected.Probability);
    }

    private static Dictionary<string, object?> RowOf(Table table, int row) => table.Columns
        .ToDictionary(column => column.Name, column => column.IsMissing(row) ? null
            : column.IsNumeric ? column.Numbers[row] : (object?)column.GetText(row));

    private static async Task<Uri> AddressOf(Process service)
    {
        while (await service.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains(Listening, StringComparison.Ordinal))
            {
                _ = service.StandardOutput.ReadToEndAsync(); // so that its log does not wait for room
                return new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..]);
            }
        }

        throw new InvalidOperationException($"The service has ended: {await service.StandardError.ReadToEndAsync()}");
    }
}
