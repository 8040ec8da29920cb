namespace NeuralNets.Core.Data;

/// <summary>A hash by which another data set is told from one.</summary>
/// <param name="Version">What was hashed: <see cref="Sampled"/> or <see cref="Full"/>.</param>
/// <param name="Sha256">The hash, in lower-case hexadecimal digits.</param>
internal sealed record DatasetFingerprint(int Version, string Sha256)
{
    /// <summary>The sizes, all labels, and the features of up to 256 samples spread over the set, as numbers. In old checkpoints
    /// only.</summary>
    public const int Sampled = 1;

    /// <summary>The sizes, all labels, and all features as they are kept: bytes with their scaling, or numbers.</summary>
    public const int Full = 2;
}
