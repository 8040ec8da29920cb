using System.Text;
using System.Text.Json;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Serialization;

/// <summary>
/// The architecture of a network as text, for instance
/// <c>{"format":1,"inputs":784,"layers":[{"units":128,"activation":"Relu"},{"units":10,"activation":"Softmax"}]}</c>.
/// A leaky ReLU has a <c>slope</c>; a caller's own activation is <c>Own</c> and has a <c>name</c>.
/// </summary>
internal static class ArchitectureJson
{
    private const int Format = 1;
    private const string OwnActivation = "Own";

    /// <summary>Describes a network.</summary>
    /// <exception cref="ArgumentException">An activation has no name that can be saved.</exception>
    public static string Write<T>(Network<T> network)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => Encoding.UTF8.GetString(StrictJson.Write(json =>
        {
            json.WriteNumber("format", Format);
            json.WriteNumber("inputs", network.Inputs);
            json.WriteStartArray("layers");
            for (int l = 0; l < network.Layers.Count; l++)
            {
                json.WriteStartObject();
                json.WriteNumber("units", network.Layers[l].Outputs);
                WriteActivation(json, network.Layers[l].Activation, l);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }));

    /// <summary>Reads a description.</summary>
    /// <param name="text">The text.</param>
    /// <param name="what">What messages call it.</param>
    /// <param name="own">The activations that are not this library's, by name.</param>
    /// <returns>The number of inputs, and the units and activation of each layer: null for softmax, which only the last one
    /// has.</returns>
    /// <exception cref="InvalidDataException">It is no description of a network, or names an activation that is not
    /// there.</exception>
    public static (int Inputs, (int Units, IActivation<T>? Activation)[] Layers) Read<T>(
        string text, string what, IReadOnlyDictionary<string, IActivation<T>> own)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => StrictJson.Parse(text, what, json =>
        {
            var root = new JsonFields(json, what);
            root.CheckFormat(Format);
            int inputs = root.PositiveInteger("inputs");
            var layers = new List<(int, IActivation<T>?)>();
            foreach (JsonElement element in root.Array("layers"))
            {
                var layer = new JsonFields(element, $"{what}, layer {layers.Count + 1}");
                layers.Add((layer.PositiveInteger("units"), ReadActivation(layer, own)));
            }

            int softmax = layers.FindIndex(layer => layer.Item2 is null);
            return softmax >= 0 && softmax == layers.Count - 1
                ? (inputs, layers.ToArray())
                : throw new InvalidDataException(
                    $"{what} must have Softmax as the activation of the last layer and no other, but the first of {layers.Count} "
                    + $"layers that has it is {(softmax < 0 ? "none" : softmax + 1)}.");
        });

    private static void WriteActivation<T>(Utf8JsonWriter json, IActivation<T>? activation, int layer)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        switch (activation)
        {
            case null:
                json.WriteString("activation", "Softmax");
                break;
            case LeakyRelu<T> leaky:
                json.WriteString("activation", "LeakyRelu");
                json.WriteNumber("slope", leaky.Slope);
                break;
            case Relu<T> or Sigmoid<T> or Tanh<T> or Identity<T>:
                json.WriteString("activation", activation.ToString());
                break;
            default:
                json.WriteString("activation", OwnActivation);
                json.WriteString("name", NameOf(activation, $"that of layer {layer + 1}"));
                break;
        }
    }

    /// <summary>The name of a caller's own activation.</summary>
    /// <exception cref="ArgumentException">It has none, or one that cannot be saved.</exception>
    public static string NameOf<T>(IActivation<T> activation, string which)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        string? name = ActivationName.Of(activation);
        return ActivationName.Fault(name) is { } fault
            ? throw new ArgumentException($"An activation needs a name, which ToString returns, but {which} {fault}.")
            : name!;
    }

    private static IActivation<T>? ReadActivation<T>(JsonFields layer, IReadOnlyDictionary<string, IActivation<T>> own)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        string kind = layer.Text("activation");
        switch (kind)
        {
            case "Softmax":
                return null;
            case "Relu":
                return new Relu<T>();
            case "LeakyRelu":
                double slope = layer.Number("slope");
                return slope is >= 0 and <= 1
                    ? new LeakyRelu<T>(slope)
                    : throw layer.Error(FormattableString.Invariant($"must have a slope from 0 to 1, but has {slope}"));
            case "Sigmoid":
                return new Sigmoid<T>();
            case "Tanh":
                return new Tanh<T>();
            case "Identity":
                return new Identity<T>();
            case OwnActivation:
                string name = layer.Text("name");
                return own.TryGetValue(name, out IActivation<T>? activation)
                    ? activation
                    : throw layer.Error(
                        $"has the activation {StrictJson.Quote(name)}, which is not this library's and must be given, but "
                        + $"{(own.Count == 0 ? "none was" : $"only {string.Join(", ", own.Keys)} was")}");
            default:
                throw layer.Error($"must have an activation that is known, but has {StrictJson.Quote(kind)}");
        }
    }
}
