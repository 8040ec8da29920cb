using System.Diagnostics;

namespace NeuralNets.Core.Training.Workers;

/// <summary>
/// Decides whether a team works together or its first worker does all of the work alone. A team is as fast as its slowest worker:
/// where another program takes a processor from it, one worker may get further. The choice changes the speed, never the result.
/// </summary>
/// <remarks>
/// The time is cut into stretches. When the workers of one that was worked together have waited long for each other, the next is
/// worked alone; if that is faster, it goes on for a while, and for twice as long each time that the team proves to be hindered again.
/// </remarks>
internal sealed class TeamPace
{
    /// <summary>Above this fraction of a stretch, waiting counts as a hindrance; uneven work costs less.</summary>
    private const double Hindered = 0.2;

    /// <summary>How much faster one worker must be than the team.</summary>
    private const double Better = 1.05;

    private static readonly long s_stretch = Stopwatch.Frequency / 50;
    private static readonly long s_longestPatience = 2 * Stopwatch.Frequency;

    private long _start;
    private long _length = s_stretch;
    private long _samples;
    private long _waitedBefore;
    private long _lastReport;
    private long _waitedAtLastReport;
    private long _patience = s_stretch;
    private double _togetherRate;
    private bool _isTrial;

    /// <param name="now">The time, in ticks of <see cref="Stopwatch"/>.</param>
    public TeamPace(long now)
    {
        _start = now;
        _lastReport = now;
    }

    /// <summary>Whether one worker does all of the work.</summary>
    public bool IsAlone { get; private set; }

    /// <summary>Leaves out the time since the last report, in which the team did something else: reports and evaluation between two
    /// epochs, for which all wait.</summary>
    /// <param name="waited">As for <see cref="Report"/>.</param>
    /// <param name="now">The time.</param>
    public void Resume(long waited, long now)
    {
        _start += now - _lastReport;
        _waitedBefore += waited - _waitedAtLastReport;
    }

    /// <summary>Receives the time of each step and decides about those that follow.</summary>
    /// <param name="samples">The samples of the step.</param>
    /// <param name="waited">How long workers have waited for each other since they began, all of them together.</param>
    /// <param name="now">The time. Both in ticks of <see cref="Stopwatch"/>.</param>
    public void Report(int samples, long waited, long now)
    {
        _lastReport = now;
        _waitedAtLastReport = waited;
        _samples += samples;
        long elapsed = now - _start;
        if (elapsed < _length)
        {
            return;
        }

        double rate = (double)_samples / elapsed;
        if (!IsAlone)
        {
            EndTogether(rate, (double)(waited - _waitedBefore) / elapsed);
        }
        else if (_isTrial && rate > Better * _togetherRate)
        {
            _isTrial = false;
            _length = _patience;
            _patience = Math.Min(2 * _patience, s_longestPatience);
        }
        else
        {
            // The team was faster, or may be again.
            _length = _isTrial ? _patience : s_stretch;
            IsAlone = false;
        }

        _start = now;
        _samples = 0;
        _waitedBefore = waited;
    }

    private void EndTogether(double rate, double waitedShare)
    {
        _length = s_stretch;
        if (waitedShare < Hindered)
        {
            _patience = s_stretch;
            return;
        }

        _togetherRate = rate;
        IsAlone = true;
        _isTrial = true;
    }
}
