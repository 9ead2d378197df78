namespace Sync.Shared.Rates;

/// <summary>A set of days of the week.</summary>
internal readonly record struct WeekDays(byte Bits)
{
    private const byte All = 0x7F;

    private static readonly string[] Names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    public bool Contains(DayOfWeek day) => (Bits & (1 << (int)day)) != 0;

    /// <summary>Reads "daily", or days and ranges divided by spaces or commas: "mon-fri", "sat sun", "fri-mon".</summary>
    public static bool TryParse(string text, out WeekDays days)
    {
        days = new WeekDays(All);
        if (text is "daily")
            return true;
        var bits = 0;
        foreach (var part in text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-');
            var first = Array.IndexOf(Names, ends[0]);
            var last = ends.Length == 2 ? Array.IndexOf(Names, ends[1]) : first;
            if (first < 0 || last < 0 || ends.Length > 2)
                return false;
            for (var day = first; ; day = (day + 1) % Names.Length)
            {
                bits |= 1 << day;
                if (day == last)
                    break;
            }
        }

        days = new WeekDays((byte)bits);
        return bits != 0;
    }
}
