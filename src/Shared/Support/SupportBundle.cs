using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sync.Shared.Data;
using Sync.Shared.Doctor;
using Sync.Shared.Logs;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Shared.Support;

/// <summary>What somebody who helps would ask for, in one file, without secrets. It does hold names: of shares, guests, paths with problems.</summary>
internal static class SupportBundle
{
    /// <summary>Writes it.</summary>
    /// <param name="path">Of a file that is not there yet.</param>
    /// <param name="patient">The agent, with its status if it runs.</param>
    /// <param name="findings">Doctor's.</param>
    /// <param name="version">The program's.</param>
    /// <param name="time">The clock.</param>
    /// <returns>What is in it.</returns>
    public static IReadOnlyList<string> Write(string path, DoctorPatient patient, IReadOnlyList<DoctorFinding> findings, string version, TimeProvider time)
    {
        var redactor = new Redactor();
        var names = new List<string>();
        using var bundle = TarFile.Create(path, time.GetUtcNow());
        // The configuration first: what is secret in it is taken out of everything else.
        AddJson("config.json", ReadJson(patient.Data.ConfigFile));
        AddJson("settings.json", ReadJson(patient.Data.SettingsFile));
        AddText("versions.txt", Versions(patient, version, time));
        AddText("status.json", patient.Status is { } status ? ToJson(writer => OutputJson.Write(writer, StatusOutput.From(status))) : "no agent runs\n");
        AddText("doctor.json", ToJson(writer => OutputJson.Write(writer, DoctorOutputs.Of(findings))));
        for (var number = 0; number < LogFile.MostFiles; number++)
            AddFile(patient.Data.LogFile(number), "logs/");
        for (var number = 0; File.Exists(patient.Data.AuditFile(number)); number++)
            AddFile(patient.Data.AuditFile(number), "");
        bundle.Finish();
        return names;

        void AddJson(string name, JsonNode? json)
        {
            if (json is not null)
                Add(name, ToText(redactor.Json(json)!));
        }

        void AddText(string name, string text) => Add(name, redactor.Text(text));

        void AddFile(string file, string directory)
        {
            if (!File.Exists(file))
                return;
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            Add(directory + Path.GetFileName(file), redactor.Text(reader.ReadToEnd()));
        }

        void Add(string name, string text)
        {
            bundle.Add(name, Encoding.UTF8.GetBytes(text));
            names.Add(name);
        }
    }

    private static string Versions(DoctorPatient patient, string version, TimeProvider time) => string.Create(
        CultureInfo.InvariantCulture,
        $"{patient.Program} {version}\nmade {time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}\n{RuntimeInformation.FrameworkDescription}\n{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}\n{Environment.ProcessorCount} processors\n");

    private static JsonNode? ReadJson(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path), documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        }
        catch (JsonException e)
        {
            // Damaged, perhaps the very reason for the bundle: that it is, and where, without what it holds.
            return new JsonObject { ["unreadable"] = FormattableString.Invariant($"no JSON at line {e.LineNumber + 1}") };
        }
    }

    private static string ToJson(Action<TextWriter> write)
    {
        using var text = new StringWriter();
        write(text);
        return text.ToString();
    }

    private static string ToText(JsonNode json)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
            json.WriteTo(writer);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length) + "\n";
    }
}
