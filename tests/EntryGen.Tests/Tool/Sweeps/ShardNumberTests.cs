using EntryGen.Tool.Sweeps;

namespace EntryGen.Tests.Tool.Sweeps;

/// <summary>--shard: which share a process does.</summary>
public class ShardNumberTests
{
    [Theory]
    [InlineData("0/4", "0/4")]
    [InlineData("3/4", "3/4")]
    [InlineData("auto/4", "2/4", "JOB_COMPLETION_INDEX=2")]
    [InlineData("auto/4", "2/4", "SLURM_ARRAY_TASK_ID=2")]
    [InlineData("auto/4", "2/4", "SLURM_ARRAY_TASK_ID=3", "SLURM_ARRAY_TASK_MIN=1", "SLURM_ARRAY_TASK_COUNT=9")]
    [InlineData("auto", "3/4", "SLURM_ARRAY_TASK_ID=4", "SLURM_ARRAY_TASK_MIN=1", "SLURM_ARRAY_TASK_COUNT=4")]
    public void A_shard_is_said_or_taken_from_the_scheduler(string text, string shard, params string[] environment)
    {
        Assert.Null(ShardNumber.TryParse(text, Variable(environment), out var read));
        Assert.Equal(shard, read.ToString());
    }

    [Theory]
    [InlineData("4/4", "'4/4': shards are counted from 0, so that the last of 4 is 3/4.")]
    [InlineData("-1/4", "'-1/4': --shard takes I/N with I from 0 to N-1, or auto/N.")]
    [InlineData("0/0", "'0/0': --shard takes I/N with I from 0 to N-1, or auto/N.")]
    [InlineData("one", "'one': --shard takes I/N with I from 0 to N-1, or auto/N.")]
    [InlineData("1/", "'1/': --shard takes I/N with I from 0 to N-1, or auto/N.")]
    [InlineData("auto/4", "--shard auto/4: neither JOB_COMPLETION_INDEX nor SLURM_ARRAY_TASK_ID is set.")]
    [InlineData("auto/4", "'auto/4 with JOB_COMPLETION_INDEX=7': shards are counted from 0, so that the last of 4 is 3/4.", "JOB_COMPLETION_INDEX=7")]
    [InlineData("auto/4", "'auto/4 with SLURM_ARRAY_TASK_ID=x': --shard takes I/N with I from 0 to N-1, or auto/N.", "SLURM_ARRAY_TASK_ID=x")]
    [InlineData("auto", "--shard auto: how many shards there are is said by SLURM_ARRAY_TASK_COUNT only, which is not set. Give auto/N.", "JOB_COMPLETION_INDEX=1")]
    public void What_is_none_is_explained(string text, string message, params string[] environment) =>
        Assert.Equal(message, ShardNumber.TryParse(text, Variable(environment), out _));

    [Fact]
    public void Every_part_is_in_one_shard()
    {
        ShardNumber[] shards = [.. Enumerable.Range(0, 7).Select(index => new ShardNumber(index, 7))];
        Assert.All(Enumerable.Range(0, 100), part => Assert.Single(shards, shard => shard.Has(part)));
    }

    private static Func<string, string?> Variable(string[] environment) =>
        name => environment.FirstOrDefault(variable => variable.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
}
