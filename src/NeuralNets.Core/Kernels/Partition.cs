namespace NeuralNets.Core.Kernels;

/// <summary>Cuts a range as evenly as possible.</summary>
internal static class Partition
{
    /// <summary>Returns where part <paramref name="index"/> of <paramref name="total"/> lies: the parts differ by one at most, larger ones
    /// first.</summary>
    public static (int Start, int Count) Share(int total, int parts, int index)
    {
        int count = total / parts;
        int larger = total % parts;
        return ((index * count) + Math.Min(index, larger), count + (index < larger ? 1 : 0));
    }
}
