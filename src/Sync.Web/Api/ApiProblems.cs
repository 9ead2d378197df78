using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Sync.Web.Api;

/// <summary>Answers of REST calls that failed, as RFC 9457 problem details: whatever wrote another body with such a status.</summary>
internal static class ApiProblems
{
    private const string ItemKey = "sync-problem";

    // Names in other scripts and quotes stay readable; the answer is no web page.
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether a request is gRPC's own, which has its own way to tell of errors.</summary>
    public static bool IsGrpc(HttpContext http) => http.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) is true;

    /// <summary>Remembers why a call failed.</summary>
    public static void Remember(HttpContext http, string code, string detail) => http.Items[ItemKey] = (code, detail);

    /// <summary>Adds it to the pipeline.</summary>
    public static void UseApiProblems(this WebApplication app) => app.Use(async (http, next) =>
    {
        if (IsGrpc(http) || !(http.Request.Path.StartsWithSegments("/api") || http.Request.Path.StartsWithSegments("/metrics")))
        {
            await next(http);
            return;
        }

        // Else the transcoder reads what the server then refuses, and calls it a bad request.
        if (http.Request.ContentLength > http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize)
        {
            http.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            Remember(http, "too-large", "the body is larger than 1 MiB");
            await WriteAsync(http, "");
            return;
        }

        var body = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        await using var held = new ErrorBody(http, body.Stream);
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(held, body));
        try
        {
            await next(http);
        }
        catch (BadHttpRequestException e) when (!http.Response.HasStarted)
        {
            http.Response.StatusCode = e.StatusCode;
            Remember(http, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? "too-large" : "bad-request", e.Message);
        }
        finally
        {
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
            http.Features.Set(body);
        }

        if (http.Response.StatusCode >= StatusCodes.Status400BadRequest && !http.Response.HasStarted)
            await WriteAsync(http, held.Message);
    });

    private static async Task WriteAsync(HttpContext http, string message)
    {
        var status = http.Response.StatusCode;
        var (code, detail) = http.Items.TryGetValue(ItemKey, out var known) ? ((string, string))known! : (WordOf(status), message);
        http.Response.ContentLength = null;
        http.Response.ContentType = "application/problem+json";
        if (status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = "Bearer";
        if (status == StatusCodes.Status429TooManyRequests)
            http.Response.Headers.RetryAfter = "60";
        var title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status);
        await using var json = new Utf8JsonWriter(http.Response.Body, Relaxed);
        json.WriteStartObject();
        json.WriteString("type", "about:blank");
        json.WriteString("title", title);
        json.WriteNumber("status", status);
        json.WriteString("detail", detail.Length > 0 ? detail : title);
        json.WriteString("code", code);
        json.WriteString("instance", http.Request.Path);
        json.WriteEndObject();
        await json.FlushAsync(http.RequestAborted);
    }

    private static string WordOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "unauthenticated",
        StatusCodes.Status403Forbidden => "not-allowed",
        StatusCodes.Status404NotFound => "not-found",
        StatusCodes.Status405MethodNotAllowed => "no-such-method",
        StatusCodes.Status413PayloadTooLarge => "too-large",
        StatusCodes.Status415UnsupportedMediaType => "not-json",
        StatusCodes.Status503ServiceUnavailable => "unreachable",
        < StatusCodes.Status500InternalServerError => "bad-request",
        _ => "internal",
    };
}
