using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralNets.Core.Kernels;

/// <summary>What a tile starts from and where its sums go.</summary>
internal unsafe struct GemmOutput<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The values that the chains start from, or null for +0.</summary>
    public T* Start;

    /// <summary>The step from column to column of <see cref="Start"/>.</summary>
    public nint StartColumnStep;

    /// <summary>Where the result goes.</summary>
    public T* Destination;

    /// <summary>The step from column to column of <see cref="Destination"/>.</summary>
    public nint DestinationColumnStep;

    /// <summary>False: <c>C ← sum</c>. True: <c>C ← fma(factor, sum·scale + 0, keep·C)</c> with the numbers of
    /// <see cref="Epilogue"/>.</summary>
    public bool HasEpilogue;

    public LinearEpilogue<T> Epilogue;

    /// <summary>Whether a product of no terms leaves C as it is.</summary>
    public readonly bool LeavesCWithoutTerms => HasEpilogue && Start == null && Epilogue.KeepsAtZero;

    /// <summary>Makes it begin at an element of another output, with which it shares the rest.</summary>
    /// <remarks>Field by field: a copy of the whole would read with wide loads what has just been written with narrow stores, and wait
    /// until they are through, behind those of the tile before.</remarks>
    public void MoveTo(ref readonly GemmOutput<T> whole, nint row, nint column)
    {
        Destination = whole.Destination + row + (column * whole.DestinationColumnStep);
        Start = whole.Start == null ? null : whole.Start + row + (column * whole.StartColumnStep);
    }
}

/// <summary>
/// The register tile: a block of C, <typeparamref name="TRows"/> vectors high and <typeparamref name="TColumns"/> columns
/// wide, is kept in registers while k runs. Each step of k loads one column of A and, for each column of the tile,
/// broadcasts one element of B and does one fused multiply-add per vector:
/// <code>
///                     b[k,0]  b[k,1]  …        one broadcast each
///   a[0..N-1,  k]  ×  C00     C01     …
///   a[N..2N-1, k]  ×  C10     C11     …        one register each
/// </code>
/// 4 vectors × 6 columns take 24 accumulators, 4 registers for A and one for the broadcast of the 32 there are; 10 loads
/// feed 24 multiply-adds, so that the arithmetic units and not the loads are the limit.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TVector">The vector type.</typeparam>
/// <typeparam name="TLane">The vector's operations.</typeparam>
/// <typeparam name="TRows">Vectors in a column of the tile, 1 to 4.</typeparam>
/// <typeparam name="TColumns">Columns of the tile, 1 to 8.</typeparam>
/// <typeparam name="TMasked">1 if the last vector of each column is partial, 0 if all are full.</typeparam>
/// <typeparam name="TListed">1 if k runs through a list, 0 if it runs from the first to the last.</typeparam>
internal static unsafe class GemmTile<T, TVector, TLane, TRows, TColumns, TMasked, TListed>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : unmanaged
    where TLane : struct, ILane<T, TVector>
    where TRows : struct, IConstant
    where TColumns : struct, IConstant
    where TMasked : struct, IConstant
    where TListed : struct, IConstant
{
    /// <summary>Computes tiles side by side: a chain of <paramref name="k"/> fused multiply-adds for each of their elements.</summary>
    /// <param name="tiles">The number of tiles.</param>
    /// <param name="k">The length of the chains.</param>
    /// <param name="list">The columns of A and rows of B that the chains consist of, if TListed is 1.</param>
    /// <param name="a">The tile's rows of A; consecutive rows are adjacent.</param>
    /// <param name="aColumnStep">The step from column k to column k+1 of A.</param>
    /// <param name="lastWhole">The last place in A from which whole vectors can be read without passing its end; used if TMasked is
    /// 1.</param>
    /// <param name="b">The tile's columns of B.</param>
    /// <param name="bRowStep">The step from row k to row k+1 of B.</param>
    /// <param name="bColumnStep">The step from column to column of B.</param>
    /// <param name="bTileStep">The step from tile to tile of B.</param>
    /// <param name="mask">The lanes of the last vector of a column that exist; used if TMasked is 1.</param>
    /// <param name="output">Where the chains of the first tile start and end; moved past the last.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        int tiles,
        nint k,
        int* list,
        T* a,
        nint aColumnStep,
        T* lastWhole,
        T* b,
        nint bRowStep,
        nint bColumnStep,
        nint bTileStep,
        TVector mask,
        GemmOutput<T>* output)
    {
        for (; tiles > 0; tiles--)
        {
            Run(k, list, a, aColumnStep, lastWhole, b, bRowStep, bColumnStep, mask, output);
            b += bTileStep;
            output->Destination += TColumns.Value * output->DestinationColumnStep;
            if (output->Start != null)
            {
                output->Start += TColumns.Value * output->StartColumnStep;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run(
        nint k,
        int* list,
        T* a,
        nint aColumnStep,
        T* lastWhole,
        T* b,
        nint bRowStep,
        nint bColumnStep,
        TVector mask,
        GemmOutput<T>* output)
    {
        Column c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;

        if (output->Start != null)
        {
            T* start = output->Start;
            nint step = output->StartColumnStep;
            c0 = Load(start, mask, 0);
            c1 = Load(start + step, mask, 1);
            c2 = Load(start + (2 * step), mask, 2);
            c3 = Load(start + (3 * step), mask, 3);
            c4 = Load(start + (4 * step), mask, 4);
            c5 = Load(start + (5 * step), mask, 5);
            c6 = Load(start + (6 * step), mask, 6);
            c7 = Load(start + (7 * step), mask, 7);
        }

        T* ak = a;
        T* bk = b;
        for (; k > 0; k--)
        {
            if (TListed.Value == 1)
            {
                ak = a + (*list * aColumnStep);
                bk = b + (*list * bRowStep);
                list++;
            }

            // Lanes below the last row may hold anything, since they are not stored; a mask would cost more than a comparison.
            Column column = TMasked.Value == 0 || ak <= lastWhole ? LoadWhole(ak) : Load(ak, mask, 0);
            TLane.Prefetch(bk + (TColumns.Value * bColumnStep)); // what the next tile begins with
            MultiplyAdd(column, bk, ref c0, 0);
            MultiplyAdd(column, bk + bColumnStep, ref c1, 1);
            MultiplyAdd(column, bk + (2 * bColumnStep), ref c2, 2);
            MultiplyAdd(column, bk + (3 * bColumnStep), ref c3, 3);
            MultiplyAdd(column, bk + (4 * bColumnStep), ref c4, 4);
            MultiplyAdd(column, bk + (5 * bColumnStep), ref c5, 5);
            MultiplyAdd(column, bk + (6 * bColumnStep), ref c6, 6);
            MultiplyAdd(column, bk + (7 * bColumnStep), ref c7, 7);
            if (TListed.Value == 0)
            {
                ak += aColumnStep;
                bk += bRowStep;
            }
        }

        T* destination = output->Destination;
        nint destinationStep = output->DestinationColumnStep;
        if (output->HasEpilogue)
        {
            TVector scale = TLane.Broadcast(output->Epilogue.Scale);
            TVector factor = TLane.Broadcast(output->Epilogue.Factor);
            TVector keep = TLane.Broadcast(output->Epilogue.Keep);
            c0 = AddScaled(c0, destination, scale, factor, keep, mask, 0);
            c1 = AddScaled(c1, destination + destinationStep, scale, factor, keep, mask, 1);
            c2 = AddScaled(c2, destination + (2 * destinationStep), scale, factor, keep, mask, 2);
            c3 = AddScaled(c3, destination + (3 * destinationStep), scale, factor, keep, mask, 3);
            c4 = AddScaled(c4, destination + (4 * destinationStep), scale, factor, keep, mask, 4);
            c5 = AddScaled(c5, destination + (5 * destinationStep), scale, factor, keep, mask, 5);
            c6 = AddScaled(c6, destination + (6 * destinationStep), scale, factor, keep, mask, 6);
            c7 = AddScaled(c7, destination + (7 * destinationStep), scale, factor, keep, mask, 7);
        }

        Store(c0, destination, mask, 0);
        Store(c1, destination + destinationStep, mask, 1);
        Store(c2, destination + (2 * destinationStep), mask, 2);
        Store(c3, destination + (3 * destinationStep), mask, 3);
        Store(c4, destination + (4 * destinationStep), mask, 4);
        Store(c5, destination + (5 * destinationStep), mask, 5);
        Store(c6, destination + (6 * destinationStep), mask, 6);
        Store(c7, destination + (7 * destinationStep), mask, 7);
    }

    /// <summary>Up to four vectors, one below the other. Four fields are as many as the JIT keeps in registers.</summary>
    private struct Column
    {
        public TVector V0;
        public TVector V1;
        public TVector V2;
        public TVector V3;
    }

    // In the members below index is the column's place in the tile; the JIT leaves out what lies beyond the tile's width.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsMasked(int row) => TMasked.Value == 1 && row == TRows.Value - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Column Load(T* source, TVector mask, int index)
    {
        Column column = default;
        if (index >= TColumns.Value)
        {
            return column;
        }

        column.V0 = LoadVector(source, mask, 0);
        if (TRows.Value > 1)
        {
            column.V1 = LoadVector(source, mask, 1);
        }

        if (TRows.Value > 2)
        {
            column.V2 = LoadVector(source, mask, 2);
        }

        if (TRows.Value > 3)
        {
            column.V3 = LoadVector(source, mask, 3);
        }

        return column;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Column LoadWhole(T* source)
    {
        Column column = default;
        column.V0 = TLane.Load(source);
        if (TRows.Value > 1)
        {
            column.V1 = TLane.Load(source + TLane.Count);
        }

        if (TRows.Value > 2)
        {
            column.V2 = TLane.Load(source + (2 * TLane.Count));
        }

        if (TRows.Value > 3)
        {
            column.V3 = TLane.Load(source + (3 * TLane.Count));
        }

        return column;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LoadVector(T* source, TVector mask, int row) =>
        IsMasked(row) ? TLane.LoadMasked(source + (row * TLane.Count), mask) : TLane.Load(source + (row * TLane.Count));

    /// <summary>Computes <c>c ← c + column·b</c>, each element rounded once. By reference, so that the JIT sees each sum return to its own
    /// register and adds no moves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd(Column column, T* b, ref Column c, int index)
    {
        if (index >= TColumns.Value)
        {
            return;
        }

        TVector factor = TLane.Broadcast(*b);
        c.V0 = TLane.FusedMultiplyAdd(column.V0, factor, c.V0);
        if (TRows.Value > 1)
        {
            c.V1 = TLane.FusedMultiplyAdd(column.V1, factor, c.V1);
        }

        if (TRows.Value > 2)
        {
            c.V2 = TLane.FusedMultiplyAdd(column.V2, factor, c.V2);
        }

        if (TRows.Value > 3)
        {
            c.V3 = TLane.FusedMultiplyAdd(column.V3, factor, c.V3);
        }
    }

    /// <summary>Computes <c>fma(factor, sum·scale + 0, keep·c)</c>. The addition makes +0 of −0: a zero sum has the same sign whether terms
    /// that are zero were added or left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Column AddScaled(Column sum, T* destination, TVector scale, TVector factor, TVector keep, TVector mask, int index)
    {
        if (index >= TColumns.Value)
        {
            return sum;
        }

        TVector zero = TLane.Broadcast(T.Zero);
        Column c = Load(destination, mask, 0);
        sum.V0 = TLane.FusedMultiplyAdd(factor, TLane.FusedMultiplyAdd(sum.V0, scale, zero), TLane.Multiply(keep, c.V0));
        if (TRows.Value > 1)
        {
            sum.V1 = TLane.FusedMultiplyAdd(factor, TLane.FusedMultiplyAdd(sum.V1, scale, zero), TLane.Multiply(keep, c.V1));
        }

        if (TRows.Value > 2)
        {
            sum.V2 = TLane.FusedMultiplyAdd(factor, TLane.FusedMultiplyAdd(sum.V2, scale, zero), TLane.Multiply(keep, c.V2));
        }

        if (TRows.Value > 3)
        {
            sum.V3 = TLane.FusedMultiplyAdd(factor, TLane.FusedMultiplyAdd(sum.V3, scale, zero), TLane.Multiply(keep, c.V3));
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Column column, T* destination, TVector mask, int index)
    {
        if (index >= TColumns.Value)
        {
            return;
        }

        StoreVector(column.V0, destination, mask, 0);
        if (TRows.Value > 1)
        {
            StoreVector(column.V1, destination, mask, 1);
        }

        if (TRows.Value > 2)
        {
            StoreVector(column.V2, destination, mask, 2);
        }

        if (TRows.Value > 3)
        {
            StoreVector(column.V3, destination, mask, 3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreVector(TVector value, T* destination, TVector mask, int row)
    {
        if (IsMasked(row))
        {
            TLane.StoreMasked(value, destination + (row * TLane.Count), mask);
        }
        else
        {
            TLane.Store(value, destination + (row * TLane.Count));
        }
    }
}
