using System.Diagnostics;
using NeuralNets.Core.Training.Workers;

namespace NeuralNets.Core.Tests.Training;

/// <summary>The decisions of a pace, at a made-up time.</summary>
public sealed class TeamPaceTests
{
    private static readonly long s_millisecond = Stopwatch.Frequency / 1000;

    private readonly TeamPace _pace = new(now: 0);
    private long _now;
    private long _waited;

    [Fact]
    public void Report_NobodyWaits_StaysTogether()
    {
        Work(milliseconds: 10_000, waitedShare: 0.1).Should().Be(0);
    }

    [Fact]
    public void Report_AllWaitAndOneIsFaster_WorksAloneMostOfTheTime()
    {
        // As many samples a millisecond as one worker makes, against half of that.
        Work(milliseconds: 10_000, waitedShare: 0.5, together: 50, alone: 100).Should().BeInRange(9_000, 9_950);
    }

    [Fact]
    public void Report_AllWaitButTheTeamIsFaster_WorksTogetherMostOfTheTime()
    {
        Work(milliseconds: 10_000, waitedShare: 0.5, together: 150, alone: 100).Should().BeInRange(20, 5_000);
    }

    [Fact]
    public void Report_HindranceEnds_WorksTogetherAgain()
    {
        Work(milliseconds: 10_000, waitedShare: 0.5, together: 50, alone: 100);

        Work(milliseconds: 2_100, waitedShare: 0);

        Work(milliseconds: 10_000, waitedShare: 0).Should().Be(0);
    }

    [Fact]
    public void Report_HinderedOnce_IsAloneForAShortTime()
    {
        Work(milliseconds: 20, waitedShare: 1, together: 1);

        Work(milliseconds: 10_000, waitedShare: 0).Should().BeInRange(1, 60);
    }

    [Fact]
    public void Resume_AllWaitBetweenEpochs_DoesNotCount()
    {
        for (int epoch = 0; epoch < 100; epoch++)
        {
            _now += 50 * s_millisecond;
            _waited += 50 * s_millisecond;
            _pace.Resume(_waited, _now);

            Work(milliseconds: 30, waitedShare: 0.1).Should().Be(0);
        }
    }

    [Fact]
    public void Resume_AllWaitInShortEpochs_WorksAloneMostOfTheTime()
    {
        int alone = 0;
        for (int epoch = 0; epoch < 1000; epoch++)
        {
            _now += 50 * s_millisecond;
            _pace.Resume(_waited, _now);
            alone += Work(milliseconds: 5, waitedShare: 0.5, together: 50, alone: 100);
        }

        alone.Should().BeInRange(4_000, 4_950);
    }

    /// <summary>Steps of a millisecond each; the result is how many of them were worked alone.</summary>
    private int Work(int milliseconds, double waitedShare, int together = 150, int alone = 100)
    {
        int steps = 0;
        for (int i = 0; i < milliseconds; i++)
        {
            bool isAlone = _pace.IsAlone;
            _now += s_millisecond;
            _waited += isAlone ? s_millisecond : (long)(waitedShare * s_millisecond);
            _pace.Report(isAlone ? alone : together, _waited, _now);
            steps += isAlone ? 1 : 0;
        }

        return steps;
    }
}
