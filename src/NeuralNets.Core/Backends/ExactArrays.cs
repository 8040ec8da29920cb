namespace NeuralNets.Core.Backends;

/// <summary>
/// Arrays of exactly the lengths that are asked for, kept for the next time: each thread has its own for each role that an array
/// plays in a product.
/// </summary>
internal sealed class ExactArrays<T>
{
    /// <summary>The maximum number of elements that are kept. A network's shapes are few, but a user's batches may be of all
    /// sizes.</summary>
    private const int MostElements = 1 << 22;

    [ThreadStatic]
    private static ExactArrays<T>? s_left;

    [ThreadStatic]
    private static ExactArrays<T>? s_right;

    [ThreadStatic]
    private static ExactArrays<T>? s_result;

    private readonly Dictionary<int, T[]> _arrays = [];
    private int _elements;

    public static ExactArrays<T> Left => s_left ??= new();

    public static ExactArrays<T> Right => s_right ??= new();

    public static ExactArrays<T> Result => s_result ??= new();

    /// <summary>Returns an array with anything in it, until the next call on this thread for the same role and length.</summary>
    public T[] Take(int length)
    {
        if (_arrays.TryGetValue(length, out T[]? array))
        {
            return array;
        }

        array = new T[length];
        if (_elements > MostElements - length)
        {
            _arrays.Clear();
            _elements = 0;
        }

        if (length <= MostElements)
        {
            _arrays[length] = array;
            _elements += length;
        }

        return array;
    }
}
