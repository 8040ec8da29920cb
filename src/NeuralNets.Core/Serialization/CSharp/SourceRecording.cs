using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Serialization.CSharp;

/// <summary>The operations of an elementwise function, in their order: what its kernel does with one lane.</summary>
/// <remarks>
/// A kernel is written over <see cref="ILane{T, TVector}"/> and has no branches. So it runs once with <see cref="SourceLane{T}"/>, which
/// computes nothing and writes down what it is asked for, and the source of the function comes from the kernel itself: there is no second
/// list of its constants and steps.
/// </remarks>
internal sealed class SourceRecording
{
    [ThreadStatic]
    private static SourceRecording? s_current;

    private readonly List<SourceNode> _nodes = [];
    private readonly Dictionary<SourceNode, int> _positions = [];

    private SourceRecording(long signBit) => SignBit = signBit;

    /// <summary>The operations. Each has its operands before it, and no two are the same.</summary>
    public IReadOnlyList<SourceNode> Nodes => _nodes;

    /// <summary>The position of the result.</summary>
    public int Result { get; private set; }

    /// <summary>The bits of −0.</summary>
    public long SignBit { get; }

    /// <summary>The recording that is made on this thread.</summary>
    public static SourceRecording Current => s_current ?? throw new UnreachableException("Nothing is recorded on this thread.");

    /// <summary>Records a function.</summary>
    public static SourceRecording Of<T>(IUnaryOperator<T> function)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var recording = new SourceRecording(BitsOf(T.NegativeZero));
        SourceRecording? previous = s_current;
        s_current = recording;
        try
        {
            SourceValue x = recording.Add(new SourceNode(SourceOperation.Argument));
            recording.Result = function.Invoke<SourceValue, SourceLane<T>>(x).Index;
        }
        finally
        {
            s_current = previous;
        }

        return recording;
    }

    /// <summary>Returns the bits of a number, of a float in the low half and with its sign above.</summary>
    public static long BitsOf<T>(T value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? Unsafe.BitCast<T, int>(value) : Unsafe.BitCast<T, long>(value);

    /// <summary>Returns the value of an operation, which is added unless it is there.</summary>
    public SourceValue Add(SourceNode node)
    {
        if (!_positions.TryGetValue(node, out int position))
        {
            position = _nodes.Count;
            _nodes.Add(node);
            _positions.Add(node, position);
        }

        return new SourceValue(position);
    }
}
