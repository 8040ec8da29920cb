using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using NeuralNets.Core.Data;
using NeuralNets.Core.Tables;
using nietras.SeparatedValues;

namespace NeuralNets.Core.Benchmarks;

/// <summary>
/// How fast is a table read, beside the reader that it is built on? A made-up file of eight columns of numbers and two of texts is read by
/// <see cref="CsvTable"/>, which finds out kinds and keeps all values, and by Sep alone, which is told the kinds, parses each number, takes
/// each text from its pool, and keeps nothing; in turn, several times. Prints one JSON line.
/// </summary>
internal static class CsvRates
{
    private const string Usage = "csv [--megabytes 200] [--rounds 5] [--columns n1,n2] [--memory]";

    private const int NumberColumns = 8;
    private const string Header = "n1,n2,n3,n4,n5,n6,n7,n8,t1,t2";

    public static int Run(string[] args)
    {
        int megabytes = 200;
        int rounds = 5;
        string[]? columns = null;
        bool measuresMemory = false;
        try
        {
            for (int i = 0; i < args.Length; i++)
            {
                switch (args[i])
                {
                    case "--megabytes":
                        megabytes = int.Parse(args[++i], CultureInfo.InvariantCulture);
                        break;
                    case "--rounds":
                        rounds = int.Parse(args[++i], CultureInfo.InvariantCulture);
                        break;
                    case "--columns":
                        columns = args[++i].Split(',');
                        break;
                    case "--memory":
                        measuresMemory = true;
                        break;
                    default:
                        throw new FormatException($"There is no option {args[i]}.");
                }
            }
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or IndexOutOfRangeException)
        {
            Console.Error.WriteLine($"{exception.Message}\nusage: {Usage}");
            return 2;
        }

        string path = Path.GetTempFileName();
        try
        {
            long length = Generate(path, megabytes * 1_000_000L);
            var options = new CsvOptions { Header = CsvHeader.Present, Columns = columns };
            Console.WriteLine(JsonSerializer.Serialize(
                measuresMemory ? MeasureMemory(path, length, options) : MeasureRates(path, length, options, rounds)));
        }
        finally
        {
            File.Delete(path);
        }

        return 0;
    }

    /// <summary>What the process takes at its peak beyond what it took before and the columns that are kept.</summary>
    private static Dictionary<string, object> MeasureMemory(string path, long length, CsvOptions options)
    {
        Table small = CsvTable.Read(new StringReader($"{Header}\n1,1,1,1,1,1,1,1,a,b\n"), "warm-up", options);
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        long before = process.PeakWorkingSet64;
        Table table = CsvTable.Read(path, options);
        process.Refresh();
        long columns = table.Columns.Sum(column => (long)table.RowCount * (column.IsNumeric ? sizeof(double) : sizeof(int)));
        return new()
        {
            ["megabytes"] = Megabytes(length),
            ["rows"] = table.RowCount,
            ["columns"] = table.Columns.Count,
            ["columns_mb"] = Megabytes(columns),
            ["peak_beyond_mb"] = Megabytes(process.PeakWorkingSet64 - before - columns),
            ["allocated_mb"] = Megabytes(GC.GetTotalAllocatedBytes()),
            ["warm_rows"] = small.RowCount,
        };
    }

    private static Dictionary<string, object> MeasureRates(string path, long length, CsvOptions options, int rounds)
    {
        double bySep = double.PositiveInfinity;
        double byTable = double.PositiveInfinity;
        for (int round = 0; round < rounds; round++)
        {
            bySep = Math.Min(bySep, Seconds(() => ReadWithSep(path)));
            byTable = Math.Min(byTable, Seconds(() => CsvTable.Read(path, options).RowCount));
        }

        return new()
        {
            ["megabytes"] = Megabytes(length),
            ["rounds"] = rounds,
            ["sep_mb_per_s"] = Megabytes(length / bySep),
            ["table_mb_per_s"] = Megabytes(length / byTable),
            ["table_by_sep"] = Math.Round(bySep / byTable, 2),
        };
    }

    private static double Megabytes(double bytes) => Math.Round(bytes / 1e6, 1);

    private static double Seconds(Func<double> read)
    {
        GC.Collect();
        long start = Stopwatch.GetTimestamp();
        GC.KeepAlive(read());
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double ReadWithSep(string path)
    {
        using SepReader reader = Sep.New(',').Reader(options => options with { CreateToString = SepToString.PoolPerCol() }).FromFile(path);
        double sum = 0;
        foreach (SepReader.Row row in reader)
        {
            for (int i = 0; i < NumberColumns; i++)
            {
                sum += row[i].Parse<double>();
            }

            for (int i = NumberColumns; i < row.ColCount; i++)
            {
                sum += row[i].ToString().Length;
            }
        }

        return sum;
    }

    /// <summary>Writes a file: two columns of whole numbers, two with 2 decimals, two with 6, two in full, and texts of 50 and of 1,000
    /// different ones.</summary>
    private static long Generate(string path, long length)
    {
        var random = new Random(1);
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16);
        writer.Write(Header + "\n");
        var line = new StringBuilder();
        for (long written = 0; written < length; written += line.Length)
        {
            line.Clear();
            line.Append(
                CultureInfo.InvariantCulture,
                $"{random.Next(100)},{random.Next(1_000_000)},{random.NextDouble() * 100:f2},{(random.NextDouble() - 0.5) * 1e4:f2},");
            line.Append(
                CultureInfo.InvariantCulture,
                $"{random.NextDouble():f6},{(random.NextDouble() - 0.5) * 1e3:f6},{random.NextDouble():r},{random.NextDouble() * 1e5:r},");
            line.Append(CultureInfo.InvariantCulture, $"category {random.Next(50)},word{random.Next(1000)}\n");
            writer.Write(line);
        }

        writer.Flush();
        return writer.BaseStream.Length;
    }
}
