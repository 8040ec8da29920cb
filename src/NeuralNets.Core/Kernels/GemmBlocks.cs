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
/// and one of 1.
/// </summary>
/// <remarks>
/// Large products are cut into blocks first, so that operands in use stay in the caches: k into slices, whose chains continue in C;
/// n into blocks; the panels of A into sets, which strips of a few columns of B pass by. A set of panels is copied to contiguous
/// memory where A is transposed or where its columns lie so far apart that they would displace each other in the cache. B is
/// copied, group by group, where C has so many rows that the copy is used often.
/// </remarks>
internal static unsafe class GemmBlocks<T, TVector, TLane>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : unmanaged
    where TLane : struct, ILane<T, TVector>
{
    private const int CacheLine = 64;

    /// <summary>The bytes of B that pass by a set of panels before the next set takes its place.</summary>
    private const int BlockBytes = 3 << 19;

    /// <summary>The same for packed B, which the cache is quick to bring from far away.</summary>
    private const int PackedBlockBytes = 1 << 22;

    /// <summary>The maximum number of bytes of a set of panels (unless one is larger), a part of the second-level cache.</summary>
    private const int SetBytes = 1 << 18;

    /// <summary>The maximum number of bytes of a strip of B (unless a group of columns is larger).</summary>
    private const int StripBytes = 3 << 15;

    /// <summary>The minimum number of columns of C for which copying panels of A pays.</summary>
    private const int WorthPacking = 128;

    /// <summary>The minimum number of vectors in a column of C for which copying B pays.</summary>
    private const int WorthPackingB = 32;

    /// <summary>The longest slice of k that one tile runs through. Small panels stay in the first-level cache, larger ones in the
    /// second.</summary>
    private static int SliceLength => TLane.Registers >= 32 ? 1024 : 448;

    /// <summary>From this step on the columns of A are taken to displace each other in the cache: a panel is a small part of
    /// each.</summary>
    private static int FarApart => 8 * PanelVectors * TLane.Count;

    /// <summary>The maximum number of vectors of a panel.</summary>
    public static int PanelVectors => TLane.Registers >= 32 ? 4 : 2;

    /// <summary>Returns the maximum number of columns of a tile with so many vectors per column: as many as the registers hold besides one
    /// column of A and a broadcast.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Widest(int vectors) => Math.Min(8, (TLane.Registers - vectors - 1) / vectors);

    /// <summary>Computes <c>C = A·B</c>, <c>C + A·B</c> or the linear epilogue of both, as <paramref name="output"/> says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int m, int n, int k, GemmOperand<T> a, GemmOperand<T> b, GemmOutput<T> output)
    {
        int vectors = (m + TLane.Count - 1) / TLane.Count;
        int panels = (vectors + PanelVectors - 1) / PanelVectors;
        int widest = panels == 0 ? 1 : Widest(Partition.Share(vectors, panels, 0).Count);
        bool packA = a.RowStep != 1 || (a.ColumnStep >= FarApart && n >= WorthPacking);
        bool packB = b.RowStep == 1 && vectors >= WorthPackingB;
        if (packA || packB || k > SliceLength || (long)k * n * sizeof(T) > StripBytes)
        {
            RunBlocks(m, n, k, a, packA, b, packB, output, vectors, panels, widest);
            return;
        }

        GemmOutput<T> tile = output;
        for (int panel = 0; panel < panels; panel++)
        {
            (int i, int rows) = PanelRows(m, vectors, panels, panel);
            tile.MoveTo(in output, i, 0);
            RunPanel(rows, n, widest, k, null, a.At(i, 0), a.ColumnStep, a.At(m, k - 1), b, &tile);
        }
    }

    /// <summary>Computes the same for products that do not stay in the caches as they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunBlocks(
        int m,
        int n,
        int k,
        GemmOperand<T> a,
        bool packA,
        GemmOperand<T> b,
        bool packB,
        GemmOutput<T> output,
        int vectors,
        int panels,
        int widest)
    {
        // The epilogue needs the whole chain before it touches C.
        int slices = output.HasEpilogue ? 1 : Math.Max(1, (k + SliceLength - 1) / SliceLength);
        int slice = Math.Max(1, (k + slices - 1) / slices);
        int panelStep = PanelVectors * TLane.Count; // from column to column of a packed panel
        int panelLength = panelStep * slice;
        int setPanels = Math.Clamp(SetBytes / (panelLength * sizeof(T)), 1, panels);
        int stripColumns = Math.Max(1, StripBytes / (slice * sizeof(T)) / widest) * widest;
        int blockColumns = Math.Max(1, (packB ? PackedBlockBytes : BlockBytes) / (slice * sizeof(T)) / stripColumns) * stripColumns;
        T[]? rentedA = packA ? ArrayPool<T>.Shared.Rent((setPanels * panelLength) + (CacheLine / sizeof(T))) : null;
        T[]? rentedB = packB ? ArrayPool<T>.Shared.Rent(slice * Math.Min(n, blockColumns)) : null;
        fixed (T* startOfA = rentedA, packedB = rentedB)
        {
            T* packedA = (T*)(((nint)startOfA + CacheLine - 1) & -CacheLine);
            for (int k0 = 0; k0 == 0 || k0 < k; k0 += slice)
            {
                int length = Math.Min(slice, k - k0);
                GemmOutput<T> sums = output;
                if (k0 > 0)
                {
                    sums.Start = output.Destination;
                    sums.StartColumnStep = output.DestinationColumnStep;
                }

                GemmOutput<T> tile = sums;

                for (int j0 = 0; j0 < n; j0 += blockColumns)
                {
                    int columns = Math.Min(blockColumns, n - j0);
                    for (int j = 0; packB && j < columns; j += stripColumns)
                    {
                        GemmOperand<T> strip = new(b.At(k0, j0 + j), b.RowStep, b.ColumnStep);
                        PackGroups(strip, length, Math.Min(stripColumns, columns - j), widest, packedB + ((nint)j * length));
                    }

                    for (int firstPanel = 0; firstPanel < panels; firstPanel += setPanels)
                    {
                        int endPanel = Math.Min(firstPanel + setPanels, panels);
                        for (int panel = firstPanel; packA && panel < endPanel; panel++)
                        {
                            (int i, int rows) = PanelRows(m, vectors, panels, panel);
                            T* packed = packedA + ((panel - firstPanel) * panelLength);
                            Pack(a.At(i, k0), a.RowStep, a.ColumnStep, rows, length, packed, panelStep);
                        }

                        for (int j = 0; j < columns; j += stripColumns)
                        {
                            int width = Math.Min(stripColumns, columns - j);
                            GemmOperand<T> strip = packB
                                ? new(packedB + ((nint)j * length), 0, 1)
                                : new(b.At(k0, j0 + j), b.RowStep, b.ColumnStep);
                            for (int panel = firstPanel; panel < endPanel; panel++)
                            {
                                (int i, int rows) = PanelRows(m, vectors, panels, panel);
                                T* packed = packedA + ((panel - firstPanel) * panelLength);
                                tile.MoveTo(in sums, i, j0 + j);
                                RunPanel(
                                    rows,
                                    width,
                                    widest,
                                    length,
                                    null,
                                    packA ? packed : a.At(i, k0),
                                    packA ? panelStep : a.ColumnStep,
                                    packA ? packed + panelLength : a.At(m, k - 1),
                                    strip,
                                    &tile);
                            }
                        }
                    }
                }
            }
        }

        if (rentedA is not null)
        {
            ArrayPool<T>.Shared.Return(rentedA);
        }

        if (rentedB is not null)
        {
            ArrayPool<T>.Shared.Return(rentedB);
        }
    }

    /// <summary>Returns the rows of a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (int Start, int Count) PanelRows(int m, int vectors, int panels, int panel)
    {
        (int first, int count) = Partition.Share(vectors, panels, panel);
        int start = first * TLane.Count;
        return (start, Math.Min(count * TLane.Count, m - start));
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
    /// <param name="widest">The maximum number of columns of a tile.</param>
    /// <param name="k">The length of the chains.</param>
    /// <param name="list">The columns of A and rows of B that the chains consist of, or null for the first k of them.</param>
    /// <param name="a">The panel of A.</param>
    /// <param name="aColumnStep">The step from column to column of A.</param>
    /// <param name="aEnd">Where the memory of A ends.</param>
    /// <param name="b">B; a row step of 0 says that it is packed.</param>
    /// <param name="output">The panel of C; moved past its last column.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunPanel(
        int rows, int columns, int widest, int k, int* list, T* a, nint aColumnStep, T* aEnd, GemmOperand<T> b, GemmOutput<T>* output)
    {
        int vectors = (rows + TLane.Count - 1) / TLane.Count;
        int rest = rows - ((vectors - 1) * TLane.Count);
        TVector mask = TLane.FirstLanes(rest);
        T* lastWhole = aEnd - (vectors * TLane.Count);
        switch (rest == TLane.Count, list == null)
        {
            case (true, true):
                RunPanel<Constant0, Constant0>(vectors, columns, widest, k, list, a, aColumnStep, lastWhole, b, mask, output);
                break;
            case (false, true):
                RunPanel<Constant1, Constant0>(vectors, columns, widest, k, list, a, aColumnStep, lastWhole, b, mask, output);
                break;
            case (true, false):
                RunPanel<Constant0, Constant1>(vectors, columns, widest, k, list, a, aColumnStep, lastWhole, b, mask, output);
                break;
            default:
                RunPanel<Constant1, Constant1>(vectors, columns, widest, k, list, a, aColumnStep, lastWhole, b, mask, output);
                break;
        }
    }

    private static void RunPanel<TMasked, TListed>(
        int vectors,
        int columns,
        int widest,
        int k,
        int* list,
        T* a,
        nint aColumnStep,
        T* lastWhole,
        GemmOperand<T> b,
        TVector mask,
        GemmOutput<T>* output)
        where TMasked : struct, IConstant
        where TListed : struct, IConstant
    {
        switch (vectors)
        {
            case 1:
                RunPanel<Constant1, TMasked, TListed>(columns, widest, k, list, a, aColumnStep, lastWhole, b, mask, output);
                break;
            case 2:
                RunPanel<Constant2, TMasked, TListed>(columns, widest, k, list, a, aColumnStep, lastWhole, b, mask, output);
                break;
            case 3:
                RunPanel<Constant3, TMasked, TListed>(columns, widest, k, list, a, aColumnStep, lastWhole, b, mask, output);
                break;
            default:
                RunPanel<Constant4, TMasked, TListed>(columns, widest, k, list, a, aColumnStep, lastWhole, b, mask, output);
                break;
        }
    }

    private static void RunPanel<TRows, TMasked, TListed>(
        int columns,
        int widest,
        int k,
        int* list,
        T* a,
        nint aColumnStep,
        T* lastWhole,
        GemmOperand<T> b,
        TVector mask,
        GemmOutput<T>* output)
        where TRows : struct, IConstant
        where TMasked : struct, IConstant
        where TListed : struct, IConstant
    {
        int groups = (columns + widest - 1) / widest;
        (int width, int wider) = Math.DivRem(columns, groups);
        T* columnsOfB = b.Data;
        if (wider > 0)
        {
            RunGroups<TRows, TMasked, TListed>(wider, width + 1, k, list, a, aColumnStep, lastWhole, b, mask, output);
            columnsOfB += wider * (width + 1) * (b.RowStep == 0 ? k : b.ColumnStep);
        }

        RunGroups<TRows, TMasked, TListed>(
            groups - wider, width, k, list, a, aColumnStep, lastWhole, new(columnsOfB, b.RowStep, b.ColumnStep), mask, output);
    }

    /// <summary>Computes adjacent groups of columns of the same width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunGroups<TRows, TMasked, TListed>(
        int groups,
        int width,
        int k,
        int* list,
        T* a,
        nint aColumnStep,
        T* lastWhole,
        GemmOperand<T> b,
        TVector mask,
        GemmOutput<T>* output)
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
                    groups, k, list, a, aColumnStep, lastWhole, b.Data, rowStep, b.ColumnStep, groupStep, mask, output);
                break;
            case 2:
                GemmTile<T, TVector, TLane, TRows, Constant2, TMasked, TListed>.Run(
                    groups, k, list, a, aColumnStep, lastWhole, b.Data, rowStep, b.ColumnStep, groupStep, mask, output);
                break;
            case 3:
                GemmTile<T, TVector, TLane, TRows, Constant3, TMasked, TListed>.Run(
                    groups, k, list, a, aColumnStep, lastWhole, b.Data, rowStep, b.ColumnStep, groupStep, mask, output);
                break;
            case 4:
                GemmTile<T, TVector, TLane, TRows, Constant4, TMasked, TListed>.Run(
                    groups, k, list, a, aColumnStep, lastWhole, b.Data, rowStep, b.ColumnStep, groupStep, mask, output);
                break;
            case 5:
                GemmTile<T, TVector, TLane, TRows, Constant5, TMasked, TListed>.Run(
                    groups, k, list, a, aColumnStep, lastWhole, b.Data, rowStep, b.ColumnStep, groupStep, mask, output);
                break;
            case 6:
                GemmTile<T, TVector, TLane, TRows, Constant6, TMasked, TListed>.Run(
                    groups, k, list, a, aColumnStep, lastWhole, b.Data, rowStep, b.ColumnStep, groupStep, mask, output);
                break;
            case 7:
                GemmTile<T, TVector, TLane, TRows, Constant7, TMasked, TListed>.Run(
                    groups, k, list, a, aColumnStep, lastWhole, b.Data, rowStep, b.ColumnStep, groupStep, mask, output);
                break;
            default:
                GemmTile<T, TVector, TLane, TRows, Constant8, TMasked, TListed>.Run(
                    groups, k, list, a, aColumnStep, lastWhole, b.Data, rowStep, b.ColumnStep, groupStep, mask, output);
                break;
        }
    }
}
