using System.Collections.Immutable;
using System.Text;
using Sync.Engine.Model;

namespace Sync.Engine.Ignoring;

/// <summary>
/// The ignore rules in force inside one directory. The scanner takes those of the root, and <see cref="Enter"/>s each directory with
/// them that is not ignored. Immutable; safe from any thread.
/// </summary>
/// <remarks>
/// Where several patterns match, the last one counts, in this order: the built-in defaults, the share's patterns, with
/// <see cref="SharePolicy.VcsIgnore"/> ".git" and the ".gitignore" files from the root down, the ".syncignore" files from the root down.
/// A directory whose rules are its parent's, or those of a sibling asked before, gets the same object.
/// </remarks>
internal sealed class IgnoreRules
{
    /// <summary>Where each replica keeps its staging and its versions; at the root it is never synced.</summary>
    public const string OwnDirectory = ".sync";

    /// <summary>The ignore file of a directory.</summary>
    public const string SyncIgnoreName = ".syncignore";

    /// <summary>git's, honoured with <see cref="SharePolicy.VcsIgnore"/>.</summary>
    public const string GitIgnoreName = ".gitignore";

    /// <summary>Names are at most 255 bytes on Linux, 255 UTF-16 units elsewhere.</summary>
    private const int UsualNameBytes = 3 * 255;

    // Editors' own files only. Never "*.lock": those are programs' own, and belong to the content.
    private static readonly ImmutableArray<string> Defaults = [".*.sw?", "4913", ".#*", ".~lock.*#"];

    private readonly bool _isRoot;
    private readonly bool _everything;
    private readonly bool _foldCase;
    private readonly bool _vcs;
    private readonly ImmutableArray<IgnoreLayer> _lower;
    private readonly ImmutableArray<IgnoreLayer> _upper;
    private IgnoreRules? _lastChild;

    private IgnoreRules(IgnoreRules like, bool isRoot, ImmutableArray<IgnoreLayer> lower, ImmutableArray<IgnoreLayer> upper)
        : this(isRoot, everything: false, like._foldCase, like._vcs, lower, upper)
    {
    }

    private IgnoreRules(bool isRoot, bool everything, bool foldCase, bool vcs, ImmutableArray<IgnoreLayer> lower, ImmutableArray<IgnoreLayer> upper)
    {
        _isRoot = isRoot;
        _everything = everything;
        _foldCase = foldCase;
        _vcs = vcs;
        _lower = lower;
        _upper = upper;
    }

    /// <summary>The rules inside an ignored directory: nothing in it can be re-included.</summary>
    public static IgnoreRules Everything { get; } = new(isRoot: false, everything: true, foldCase: false, vcs: false, [], []);

    /// <summary>The rules at the root of a share, before its own ignore files.</summary>
    /// <param name="policy">The share's patterns, and whether git's files count.</param>
    /// <param name="foldCase">Whether ASCII letters match in either case.</param>
    public static IgnoreRules Root(SharePolicy policy, bool foldCase = false)
    {
        IEnumerable<string> lines = Defaults.Concat(policy.Ignore);
        if (policy.VcsIgnore)
            lines = lines.Append(".git");
        var file = IgnoreFile.Parse(lines, foldCase);
        return new IgnoreRules(isRoot: true, everything: false, foldCase, policy.VcsIgnore, [new IgnoreLayer(file, file.Paths)], []);
    }

    /// <summary>The rules at the root of a share.</summary>
    /// <inheritdoc cref="Root(SharePolicy, bool)"/>
    /// <param name="syncignore">The root's ".syncignore"; null if there is none.</param>
    /// <param name="gitignore">The root's ".gitignore"; not looked at without <see cref="SharePolicy.VcsIgnore"/>.</param>
    public static IgnoreRules Root(SharePolicy policy, IgnoreFile? syncignore, IgnoreFile? gitignore, bool foldCase = false) =>
        Root(policy, foldCase).With(syncignore, gitignore);

    /// <summary>The rules inside a child directory, which the caller has found not to be ignored.</summary>
    /// <param name="directoryName">Its name.</param>
    /// <param name="syncignore">Its ".syncignore"; null if there is none.</param>
    /// <param name="gitignore">Its ".gitignore"; not looked at without <see cref="SharePolicy.VcsIgnore"/>.</param>
    public IgnoreRules Enter(string directoryName, IgnoreFile? syncignore, IgnoreFile? gitignore)
    {
        if (_everything)
            return this;
        byte[] step = Encoding.UTF8.GetBytes(directoryName + "/");
        if (_foldCase)
            AsciiCase.Lower(step);
        return Share(Enter(_lower, step), Enter(_upper, step)).With(syncignore, gitignore);
    }

    /// <summary>Whether a name directly in this directory is ignored. Allocates nothing for names of usual length.</summary>
    public bool IsIgnored(string name, bool isDirectory)
    {
        if (_everything || (_isRoot && name == OwnDirectory))
            return true;
        return Find(name, isDirectory) is { Pattern.Negative: false };
    }

    /// <summary>The pattern that decides about a name directly in this directory; null if none matches.</summary>
    public IgnoreMatch? Find(string name, bool isDirectory)
    {
        Span<byte> buffer = name.Length <= UsualNameBytes / 3 ? stackalloc byte[UsualNameBytes] : new byte[name.Length * 3];
        Span<byte> bytes = buffer[..Encoding.UTF8.GetBytes(name, buffer)];
        if (_foldCase)
            AsciiCase.Lower(bytes);
        return Find(_upper, bytes, isDirectory) ?? Find(_lower, bytes, isDirectory);
    }

    private static IgnoreMatch? Find(ImmutableArray<IgnoreLayer> layers, ReadOnlySpan<byte> name, bool isDirectory)
    {
        for (int i = layers.Length - 1; i >= 0; i--)
        {
            IgnoreLayer layer = layers[i];
            int match = layer.LastMatch(name, name, isDirectory);
            if (match >= 0)
                return new IgnoreMatch(layer.File, layer.File.Patterns[match]);
        }

        return null;
    }

    private static ImmutableArray<IgnoreLayer> Enter(ImmutableArray<IgnoreLayer> layers, ReadOnlySpan<byte> step)
    {
        ImmutableArray<IgnoreLayer>.Builder? changed = null;
        for (int i = 0; i < layers.Length; i++)
        {
            IgnoreLayer? next = layers[i].Enter(step);
            if (ReferenceEquals(next, layers[i]) && changed is null)
                continue;
            if (changed is null)
            {
                changed = ImmutableArray.CreateBuilder<IgnoreLayer>(layers.Length);
                changed.AddRange(layers.AsSpan(0, i));
            }

            if (next is not null)
                changed.Add(next);
        }

        return changed is null ? layers : changed.DrainToImmutable();
    }

    private static bool SameLayers(ImmutableArray<IgnoreLayer> some, ImmutableArray<IgnoreLayer> others)
    {
        if (some == others)
            return true;
        if (some.Length != others.Length)
            return false;
        for (int i = 0; i < some.Length; i++)
        {
            if (!some[i].SameAs(others[i]))
                return false;
        }

        return true;
    }

    private bool Same(ImmutableArray<IgnoreLayer> lower, ImmutableArray<IgnoreLayer> upper) =>
        SameLayers(lower, _lower) && SameLayers(upper, _upper);

    private IgnoreRules Share(ImmutableArray<IgnoreLayer> lower, ImmutableArray<IgnoreLayer> upper)
    {
        if (!_isRoot && Same(lower, upper))
            return this;
        // Two threads may each make one: then both are right, and one is forgotten.
        IgnoreRules? last = Volatile.Read(ref _lastChild);
        if (last is not null && last.Same(lower, upper))
            return last;
        var child = new IgnoreRules(this, isRoot: false, lower, upper);
        Volatile.Write(ref _lastChild, child);
        return child;
    }

    private IgnoreRules With(IgnoreFile? syncignore, IgnoreFile? gitignore)
    {
        bool sync = syncignore is { IsEmpty: false };
        bool git = _vcs && gitignore is { IsEmpty: false };
        if (!sync && !git)
            return this;
        if ((sync && syncignore!.FoldCase != _foldCase) || (git && gitignore!.FoldCase != _foldCase))
            throw new ArgumentException("The ignore file was parsed with the other setting for case.");
        return new IgnoreRules(
            this,
            _isRoot,
            git ? _lower.Add(new IgnoreLayer(gitignore!, gitignore!.Paths)) : _lower,
            sync ? _upper.Add(new IgnoreLayer(syncignore!, syncignore!.Paths)) : _upper);
    }
}
