using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>Who calls a host's API by REST, as a script does.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;

    public ApiClient(Uri address, string? token)
    {
        Address = address;
        Token = token;
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            // The host's own identity has signed itself; that it is the host's is what IdentityTests look at.
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(90),
        };
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public Uri Address { get; }

    public string? Token { get; }

    /// <summary>Asks, and returns what is answered.</summary>
    public Task<JsonElement> GetAsync(string path, HttpStatusCode expect = HttpStatusCode.OK) => SendAsync(HttpMethod.Get, path, null, expect);

    /// <summary>Posts JSON, and returns what is answered.</summary>
    public Task<JsonElement> PostAsync(string path, string json = "{}", HttpStatusCode expect = HttpStatusCode.OK, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, json, expect, headers);

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, string? json, HttpStatusCode expect, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        foreach ((string name, string value) in headers)
            request.Headers.Add(name, value);
        using HttpResponseMessage response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == expect, $"{method} {path}: {(int)response.StatusCode} instead of {(int)expect}\n{body}");
        if ((int)expect >= 400)
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(body).RootElement;
    }

    /// <summary>The code of a problem.</summary>
    public async Task<string> RefusedAsync(HttpMethod method, string path, string? json, HttpStatusCode expect)
    {
        JsonElement problem = await SendAsync(method, path, json, expect);
        Assert.Equal((int)expect, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        return problem.GetProperty("code").GetString()!;
    }

    /// <summary>The lines of a stream, as they come.</summary>
    public async Task<StreamReader> StreamAsync(string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach ((string name, string value) in headers)
            request.Headers.Add(name, value);
        HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose() => _http.Dispose();
}
