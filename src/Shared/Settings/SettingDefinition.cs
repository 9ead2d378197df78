namespace Sync.Shared.Settings;

/// <summary>A setting that there is.</summary>
/// <param name="Key">Its way in the file, parts divided by ':'. A part '*' stands for any name, '#' for a place in a list.</param>
/// <param name="Kind">What it may be.</param>
/// <param name="Default">Where nobody says otherwise; null: nothing.</param>
/// <param name="IsLive">A change is in force at once; otherwise from the next start on.</param>
/// <param name="Description">For people, and the schema.</param>
internal sealed record SettingDefinition(string Key, SettingKind Kind, string? Default, bool IsLive, string Description)
{
    /// <summary>Whether a key is this setting. Names are told apart by case, the settings' own words are not.</summary>
    public bool Matches(string key)
    {
        var (mine, parts) = (Key.Split(':'), key.Split(':'));
        if (mine.Length != parts.Length)
            return false;
        for (var i = 0; i < mine.Length; i++)
        {
            var fits = mine[i] switch
            {
                "*" => parts[i].Length > 0,
                "#" => parts[i].Length is > 0 and < 6 && !parts[i].AsSpan().ContainsAnyExceptInRange('0', '9'),
                var word => word.Equals(parts[i], StringComparison.OrdinalIgnoreCase),
            };
            if (!fits)
                return false;
        }

        return true;
    }

    /// <summary>A matching key as it is written here: words in their own case, names as they are.</summary>
    public string Canonical(string key)
    {
        var (mine, parts) = (Key.Split(':'), key.Split(':'));
        return string.Join(':', mine.Zip(parts, (word, part) => word is "*" or "#" ? part : word));
    }
}
