using CsCheck;
using Sync.Engine.Model;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Trees;

/// <summary>The compact tables against dictionaries.</summary>
public sealed class TableTests
{
    private static readonly Gen<(bool Adds, int Key)[]> Steps = Gen.Select(Gen.Bool, Gen.Int[0, 60]).Array[0, 400];

    [Fact]
    public void A_name_table_holds_what_a_dictionary_would() => Steps.Sample(
        steps =>
        {
            var table = new NameTable<Item, ItemNaming>();
            var expected = new Dictionary<string, Item>(StringComparer.Ordinal);
            foreach (var (adds, key) in steps)
            {
                var name = $"f{key}";
                if (adds)
                {
                    var item = new Item(name);
                    table.Set(item);
                    expected[name] = item;
                }
                else
                {
                    table.Remove(name);
                    expected.Remove(name);
                }

                Assert.Equal(expected.Count, table.Count);
                for (var other = 0; other <= 60; other++) Assert.Same(expected.GetValueOrDefault($"f{other}"), table.Find($"f{other}"));
            }

            Assert.Equal(expected.Values.ToHashSet(ReferenceEqualityComparer.Instance), table.Items.ToHashSet(ReferenceEqualityComparer.Instance));
        },
        iter: 200);

    [Fact]
    public void An_id_table_holds_what_a_dictionary_would() => Steps.Sample(
        steps =>
        {
            var table = new IdTable<Item>();
            var expected = new Dictionary<long, Item>();
            foreach (var (adds, key) in steps)
            {
                // Provisional ids are negative; a restart leaves gaps.
                var id = (key - 30) * 97L + (key % 7 == 0 ? 1L << 40 : 0);
                if (adds)
                {
                    var item = new Item($"{id}");
                    table.Set(id, item);
                    expected[id] = item;
                }
                else
                {
                    table.Remove(id);
                    expected.Remove(id);
                }

                Assert.Equal(expected.Count, table.Count);
                Assert.Same(expected.GetValueOrDefault(id), table.Find(id));
            }

            Assert.Equal(expected.Values.ToHashSet(ReferenceEqualityComparer.Instance), table.Values.ToHashSet(ReferenceEqualityComparer.Instance));
        },
        iter: 200);

    [Fact]
    public void A_node_has_the_states_it_was_given_whether_they_agree_or_not()
    {
        Entry?[] states = [null, State("a"), State("b")];
        for (var synced = 0; synced < 3; synced++)
            for (var local = 0; local < 3; local++)
                for (var remote = 0; remote < 3; remote++)
                    for (var applied = 0; applied < 3; applied++)
                    {
                        var node = new TreeSet(EntryId.Root).GetOrAdd(new EntryId(7));
                        node.Remote = states[remote];
                        node.Applied = states[applied];
                        node.Local = states[local];
                        node.Synced = states[synced];
                        Assert.Same(states[synced], node.Synced);
                        Assert.Same(states[local], node.Local);
                        Assert.Same(states[remote], node.Remote);
                        Assert.Same(states[applied], node.Applied);
                        Assert.Same(states[applied] ?? states[synced], node.Base);
                        node.Applied = null;
                        node.Local = node.Synced = states[remote];
                        Assert.Same(states[remote], node.Local);
                        Assert.Same(states[remote], node.Base);
                    }
    }

    [Fact]
    public void Rare_facts_of_an_entry_count_in_its_equality()
    {
        var link = State("a") with { LinkTarget = "x", Owner = 5 };
        Assert.Equal(link, State("a") with { Owner = 5, LinkTarget = "x" });
        Assert.NotEqual(link, link with { LinkTarget = "y" });
        Assert.NotEqual(link, link with { Owner = null });
        Assert.Equal(State("a"), link with { Owner = null, LinkTarget = null });
    }

    private static Entry State(string name) => new() { Id = new EntryId(7), Parent = EntryId.Root, Name = name, Kind = EntryKind.File };

    private sealed record Item(string Name);

    private readonly struct ItemNaming : INaming<Item>
    {
        public static string NameOf(Item item) => item.Name;
    }
}
