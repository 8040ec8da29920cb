using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralNets.Core.Kernels;

/// <summary>An operand in pinned memory: element (i, j) is <c>Data[i·RowStep + j·ColumnStep]</c>.</summary>
internal readonly unsafe struct GemmOperand<T>(T* data, nint rowStep, nint columnStep)
    where T : unmanaged
{
    public T* Data { get; } = data;

    public nint RowStep { get; } = rowStep;

    public nint ColumnStep { get; } = columnStep;

    public T* At(nint row, nint column) => Data + (row * RowStep) + (column * ColumnStep);
}

/// <summary>
/// Cuts a product into register tiles. C's rows are cut into panels of up to 4 vectors (2 where there are 16 registers), and
/// its columns into groups of up to 6 or 8: both as evenly as possible, since a tile of 3 and one of 3 run faster than one of 5
/// and one of 1. A panel of A stays in the cache while the groups of B pass by.
/// </summary>
/// <remarks>
/// Large products are cut into blocks first, so that the panel and the columns of B in use stay in the second-level cache:
/// k into slices, whose chains continue in C, and n into blocks. A panel is copied to contiguous memory where A is transposed
/// or where its columns lie so far apart that they would displace each other in the cache. B is copied, group by group, where C
/// has so many rows that the copy is used often.
/// </remarks>
internal static unsafe class GemmBlocks<T, TVector, TLane>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : unmanaged
    where TLane : struct, ILane<T, TVector>
{
    /// <summary>The longest slice of k that one tile runs through.</summary>
    private const int SliceLength = 1024;

    /// <summary>The bytes of B that a panel of A is used for before the next panel takes its place.</summary>
    private const int BlockBytes = 3 << 19;

    /// <summary>The same for packed B, which the cache is quick to bring from far away.</summary>
    private const int PackedBlockBytes = 1 << 22;

    /// <summary>From this step on (in bytes) the columns of A are taken to displace each other in the cache.</summary>
    private const int FarApart = 2048;

    /// <summary>The fewest columns of C for which copying a panel of A pays.</summary>
    private const int WorthPacking = 64;

    /// <summary>The fewest vectors in a column of C for which copying B pays.</summary>
    private const int WorthPackingB = 32;

    /// <summary>The most vectors of a panel.</summary>
    public static int PanelVectors => TLane.Registers >= 32 ? 4 : 2;

    /// <summary>The most columns of a tile with so many vectors a column: as many as the registers hold besides one column of A
    /// and a broadcast.</summary>
    public static int Widest(int vectors) => Math.Min(8, (TLane.Registers - vectors - 1) / vectors);

    /// <summary>Computes <c>C = A·B</c>, <c>C + A·B</c> or a step of gradient descent, as <paramref name="output"/> says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int m, int n, int k, GemmOperand<T> a, GemmOperand<T> b, GemmOutput<T> output)
    {
        // A step of gradient descent needs the whole chain before it touches the weights.
        int slice = output.Descend ? Math.Max(k, 1) : Math.Clamp(k, 1, SliceLength);
        int vectors = (m + TLane.Count - 1) / TLane.Count;
        int panels = (vectors + PanelVectors - 1) / PanelVectors;
        bool packB = b.RowStep == 1 && vectors >= WorthPackingB;
        int blockColumns = Math.Max(WorthPacking, (packB ? PackedBlockBytes : BlockBytes) / (slice * sizeof(T)));
        bool pack = a.RowStep != 1 || (a.ColumnStep * sizeof(T) >= FarApart && n >= WorthPacking);
        int widest = panels == 0 ? 1 : Widest(Partition.Share(vectors, panels, 0).Count);
        T[]? rentedB = packB ? ArrayPool<T>.Shared.Rent(slice * Math.Min(n, blockColumns)) : null;
        T[]? rented = pack ? ArrayPool<T>.Shared.Rent(PanelVectors * TLane.Count * Math.Min(slice, k)) : null;
        fixed (T* packed = rented, packedB = rentedB)
        {
            for (int k0 = 0; k0 == 0 || k0 < k; k0 += slice)
            {
                int length = Math.Min(slice, k - k0);
                for (int j0 = 0; j0 < n; j0 += blockColumns)
                {
                    int columns = Math.Min(blockColumns, n - j0);
                    GemmOperand<T> block = new(b.At(k0, j0), b.RowStep, b.ColumnStep);
                    if (packB)
                    {
                        PackGroups(block, length, columns, widest, packedB);
                        block = new(packedB, 0, 1);
                    }

                    for (int panel = 0; panel < panels; panel++)
                    {
                        (int firstVector, int panelVectors) = Partition.Share(vectors, panels, panel);
                        int i0 = firstVector * TLane.Count;
                        int rows = Math.Min(panelVectors * TLane.Count, m - i0);
                        T* pa = a.At(i0, k0);
                        nint aColumnStep = a.ColumnStep;
                        if (pack)
                        {
                            Pack(pa, a.RowStep, a.ColumnStep, rows, length, packed, panelVectors * TLane.Count);
                            pa = packed;
                            aColumnStep = panelVectors * TLane.Count;
                        }

                        GemmOutput<T> tile = output;
                        tile.Destination += i0 + (j0 * output.DestinationColumnStep);
                        if (k0 > 0)
                        {
                            tile.Start = tile.Destination;
                            tile.StartColumnStep = tile.DestinationColumnStep;
                        }
                        else if (tile.Start != null)
                        {
                            tile.Start += i0 + (j0 * output.StartColumnStep);
                        }

                        RunPanel(rows, columns, widest, length, null, pa, aColumnStep, block, tile);
                    }
                }
            }
        }

        if (rented is not null)
        {
            ArrayPool<T>.Shared.Return(rented);
        }

        if (rentedB is not null)
        {
            ArrayPool<T>.Shared.Return(rentedB);
        }
    }

    /// <summary>Copies columns of B group by group, each as <see cref="RunPanel"/> takes it: row after row, without a gap.</summary>
    private static void PackGroups(GemmOperand<T> b, int k, int columns, int widest, T* packed)
    {
        int groups = (columns + widest - 1) / widest;
        for (int group = 0; group < groups; group++)
        {
            (int start, int width) = Partition.Share(columns, groups, group);
            Transposition.Copy(b.At(0, start), b.ColumnStep, width, k, packed + ((nint)start * k), width);
        }
    }

    /// <summary>Copies a panel of A to contiguous columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack(T* a, nint rowStep, nint columnStep, int rows, int columns, T* packed, int packedStep)
    {
        if (rowStep == 1)
        {
            for (int k = 0; k < columns; k++)
            {
                T* from = a + (k * columnStep);
                T* to = packed + (k * packedStep);
                int i = 0;
                for (; i <= rows - TLane.Count; i += TLane.Count)
                {
                    TLane.Store(TLane.Load(from + i), to + i);
                }

                if (i < rows)
                {
                    TLane.Store(TLane.LoadMasked(from + i, TLane.FirstLanes(rows - i)), to + i);
                }
            }
        }
        else
        {
            Transposition.Copy(a, rowStep, rows, columns, packed, packedStep);
        }
    }

    /// <summary>Computes up to <see cref="PanelVectors"/> vectors of rows, all columns.</summary>
    /// <param name="rows">The rows of the panel.</param>
    /// <param name="columns">The columns of C.</param>
    /// <param name="widest">The most columns of a tile.</param>
    /// <param name="k">The length of the chains.</param>
    /// <param name="list">The columns of A and rows of B that the chains consist of, or null for the first k of them.</param>
    /// <param name="a">The panel of A.</param>
    /// <param name="aColumnStep">The step from column to column of A.</param>
    /// <param name="b">B; a row step of 0 says that it is packed.</param>
    /// <param name="output">The panel of C.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunPanel(
        int rows, int columns, int widest, int k, int* list, T* a, nint aColumnStep, GemmOperand<T> b, GemmOutput<T> output)
    {
        int vectors = (rows + TLane.Count - 1) / TLane.Count;
        int rest = rows - ((vectors - 1) * TLane.Count);
        TVector mask = TLane.FirstLanes(rest);
        switch (rest == TLane.Count, list == null)
        {
            case (true, true):
                RunPanel<Constant0, Constant0>(vectors, columns, widest, k, list, a, aColumnStep, b, mask, &output);
                break;
            case (false, true):
                RunPanel<Constant1, Constant0>(vectors, columns, widest, k, list, a, aColumnStep, b, mask, &output);
                break;
            case (true, false):
                RunPanel<Constant0, Constant1>(vectors, columns, widest, k, list, a, aColumnStep, b, mask, &output);
                break;
            default:
                RunPanel<Constant1, Constant1>(vectors, columns, widest, k, list, a, aColumnStep, b, mask, &output);
                break;
        }
    }

    private static void RunPanel<TMasked, TListed>(
        int vectors, int columns, int widest, int k, int* list, T* a, nint aColumnStep, GemmOperand<T> b, TVector mask, GemmOutput<T>* output)
        where TMasked : struct, IConstant
        where TListed : struct, IConstant
    {
        switch (vectors)
        {
            case 1:
                RunPanel<Constant1, TMasked, TListed>(columns, widest, k, list, a, aColumnStep, b, mask, output);
                break;
            case 2:
                RunPanel<Constant2, TMasked, TListed>(columns, widest, k, list, a, aColumnStep, b, mask, output);
                break;
            case 3:
                RunPanel<Constant3, TMasked, TListed>(columns, widest, k, list, a, aColumnStep, b, mask, output);
                break;
            default:
                RunPanel<Constant4, TMasked, TListed>(columns, widest, k, list, a, aColumnStep, b, mask, output);
                break;
        }
    }

    private static void RunPanel<TRows, TMasked, TListed>(
        int columns, int widest, int k, int* list, T* a, nint aColumnStep, GemmOperand<T> b, TVector mask, GemmOutput<T>* output)
        where TRows : struct, IConstant
        where TMasked : struct, IConstant
        where TListed : struct, IConstant
    {
        int groups = (columns + widest - 1) / widest;
        (int width, int wider) = Math.DivRem(columns, groups);
        T* columnsOfB = b.Data;
        if (wider > 0)
        {
            RunGroups<TRows, TMasked, TListed>(wider, width + 1, k, list, a, aColumnStep, b, mask, output);
            columnsOfB += wider * (width + 1) * (b.RowStep == 0 ? k : b.ColumnStep);
        }

        RunGroups<TRows, TMasked, TListed>(
            groups - wider, width, k, list, a, aColumnStep, new(columnsOfB, b.RowStep, b.ColumnStep), mask, output);
    }

    /// <summary>Computes adjacent groups of columns of the same width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunGroups<TRows, TMasked, TListed>(
        int groups, int width, int k, int* list, T* a, nint aColumnStep, GemmOperand<T> b, TVector mask, GemmOutput<T>* output)
        where TRows : struct, IConstant
        where TMasked : struct, IConstant
        where TListed : struct, IConstant
    {
        bool isPacked = b.RowStep == 0;
        nint rowStep = isPacked ? width : b.RowStep;
        nint groupStep = width * (isPacked ? k : b.ColumnStep);
        switch (width)
        {
            case 1:
                GemmTile<T, TVector, TLane, TRows, Constant1, TMasked, TListed>.Run(
                    groups, k, list, a, aColumnStep, b.Data, rowStep, b.ColumnStep, groupStep, mask, output);
                break;
            case 2:
                GemmTile<T, TVector, TLane, TRows, Constant2, TMasked, TListed>.Run(
                    groups, k, list, a, aColumnStep, b.Data, rowStep, b.ColumnStep, groupStep, mask, output);
                break;
            case 3:
                GemmTile<T, TVector, TLane, TRows, Constant3, TMasked, TListed>.Run(
                    groups, k, list, a, aColumnStep, b.Data, rowStep, b.ColumnStep, groupStep, mask, output);
                break;
            case 4:
                GemmTile<T, TVector, TLane, TRows, Constant4, TMasked, TListed>.Run(
                    groups, k, list, a, aColumnStep, b.Data, rowStep, b.ColumnStep, groupStep, mask, output);
                break;
            case 5:
                GemmTile<T, TVector, TLane, TRows, Constant5, TMasked, TListed>.Run(
                    groups, k, list, a, aColumnStep, b.Data, rowStep, b.ColumnStep, groupStep, mask, output);
                break;
            case 6:
                GemmTile<T, TVector, TLane, TRows, Constant6, TMasked, TListed>.Run(
                    groups, k, list, a, aColumnStep, b.Data, rowStep, b.ColumnStep, groupStep, mask, output);
                break;
            case 7:
                GemmTile<T, TVector, TLane, TRows, Constant7, TMasked, TListed>.Run(
                    groups, k, list, a, aColumnStep, b.Data, rowStep, b.ColumnStep, groupStep, mask, output);
                break;
            default:
                GemmTile<T, TVector, TLane, TRows, Constant8, TMasked, TListed>.Run(
                    groups, k, list, a, aColumnStep, b.Data, rowStep, b.ColumnStep, groupStep, mask, output);
                break;
        }
    }
}
