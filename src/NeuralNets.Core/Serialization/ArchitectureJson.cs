using System.Text;
using System.Text.Json;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Serialization;

/// <summary>
/// The architecture of a network as text, for instance
/// <c>{"format":1,"inputs":784,"layers":[{"units":128,"activation":"Relu"},{"units":10,"activation":"Softmax"}]}</c>.
/// A leaky ReLU has a <c>slope</c>; a custom activation is <c>Own</c> and has a <c>name</c>.
/// </summary>
internal static class ArchitectureJson
{
    private const int Format = 1;
    private const string CustomActivation = "Own";

    /// <summary>Describes a network.</summary>
    /// <exception cref="ArgumentException">An activation has no name that can be saved.</exception>
    public static string Write<T>(Network<T> network)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => Encoding.UTF8.GetString(StrictJson.Write(json =>
        {
            json.WriteNumber("format", Format);
            json.WriteNumber("inputs", network.InputCount);
            json.WriteStartArray("layers");
            for (int l = 0; l < network.Layers.Count; l++)
            {
                json.WriteStartObject();
                json.WriteNumber("units", network.Layers[l].OutputCount);
                WriteActivation(json, network.Layers[l].Activation, l);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }));

    /// <summary>Reads a description.</summary>
    /// <param name="text">The text.</param>
    /// <param name="what">Its name in messages.</param>
    /// <param name="custom">The activations that are not this library's, by name.</param>
    /// <returns>The number of inputs, and the units and activation of each layer.</returns>
    /// <exception cref="InvalidDataException">It is not a description of a network, or names an activation that is not
    /// there.</exception>
    public static (int InputCount, (int Units, ILayerActivation<T> Activation)[] Layers) Read<T>(
        string text, string what, IReadOnlyDictionary<string, IActivation<T>> custom)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => StrictJson.Parse(text, what, json =>
        {
            var root = new JsonFields(json, what);
            root.CheckFormat(Format);
            int inputs = root.PositiveInteger("inputs");
            var layers = new List<(int Units, ILayerActivation<T> Activation)>();
            foreach (JsonElement element in root.Elements("layers"))
            {
                var layer = new JsonFields(element, $"{what}, layer {layers.Count + 1}");
                layers.Add((layer.PositiveInteger("units"), ReadActivation(layer, custom)));
            }

            if (layers.Count == 0)
            {
                throw new InvalidDataException($"{what} must have at least one layer, but has none.");
            }

            int softmax = layers.FindIndex(layer => layer.Activation is Softmax<T>);
            if (softmax >= 0 && softmax < layers.Count - 1)
            {
                throw new InvalidDataException(
                    $"{what} may have Softmax as the activation of the last layer only, but layer {softmax + 1} of {layers.Count} has it.");
            }

            return softmax < 0 || layers[softmax].Units > 1
                ? (inputs, layers.ToArray())
                : throw new InvalidDataException($"{what} must have at least 2 units in a layer with Softmax, but has 1.");
        });

    private static void WriteActivation<T>(Utf8JsonWriter json, ILayerActivation<T> activation, int layer)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (ActivationCatalog<T>.Find(activation) is not { } entry)
        {
            json.WriteString("activation", CustomActivation);
            json.WriteString("name", NameOf(activation, $"that of layer {layer + 1}"));
            return;
        }

        json.WriteString("activation", entry.Name);
        if (entry.Parameter is { } parameter)
        {
            json.WriteNumber(parameter.Name, parameter.ValueOf(activation));
        }
    }

    /// <summary>Returns the name of a custom activation.</summary>
    /// <exception cref="ArgumentException">It has none, or one that cannot be saved.</exception>
    public static string NameOf<T>(ILayerActivation<T> activation, string which)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        string? name = ActivationName.Of(activation);
        return ActivationName.Fault(name) is { } fault
            ? throw new ArgumentException($"An activation needs a name, which ToString returns, but {which} {fault}.")
            : name!;
    }

    private static ILayerActivation<T> ReadActivation<T>(JsonFields layer, IReadOnlyDictionary<string, IActivation<T>> custom)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        string kind = layer.Text("activation");
        if (kind == CustomActivation)
        {
            string name = layer.Text("name");
            return custom.TryGetValue(name, out IActivation<T>? activation)
                ? activation
                : throw layer.Error(
                    $"has the activation {StrictJson.Quote(name)}, which is not this library's and must be given, but "
                    + $"{(custom.Count == 0 ? "none was" : $"only {string.Join(", ", custom.Keys)} was")}");
        }

        ActivationEntry<T> entry = ActivationCatalog<T>.Find(kind)
            ?? throw layer.Error($"must have an activation that is known, but has {StrictJson.Quote(kind)}");
        if (entry.Parameter is not { } parameter)
        {
            return entry.Create();
        }

        double value = layer.Number(parameter.Name);
        return value >= parameter.Minimum && value <= parameter.Maximum
            ? entry.Create(value)
            : throw layer.Error(FormattableString.Invariant(
                $"must have a {parameter.Name} from {parameter.Minimum} to {parameter.Maximum}, but has {value}"));
    }
}
