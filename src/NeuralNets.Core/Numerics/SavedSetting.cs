namespace NeuralNets.Core.Numerics;

/// <summary>A setting as files describe it: the name of its class, and numbers by name.</summary>
/// <param name="Name">The name of the class.</param>
/// <param name="Numbers">Each name with one number or several.</param>
internal sealed record SavedSetting(string Name, params (string Key, double[] Values)[] Numbers)
{
    /// <summary>Returns the number of a name.</summary>
    /// <exception cref="ArgumentException">There is not one number of that name.</exception>
    public double Number(string key) => Values(key) is [var value]
        ? value
        : throw new ArgumentException($"{Name} needs one number as {key}, but has {Values(key).Length}");

    /// <summary>Returns the numbers of a name.</summary>
    /// <exception cref="ArgumentException">There is no such name.</exception>
    public double[] Values(string key) => Numbers.FirstOrDefault(number => number.Key == key).Values
        ?? throw new ArgumentException($"{Name} needs {key}, but has not");
}
