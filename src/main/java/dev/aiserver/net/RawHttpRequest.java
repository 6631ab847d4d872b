package dev.aiserver.net;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An HTTP/1.1 request as it is sent: target and headers go out exactly as given, so that a check can send what no
 * well-behaved client would.
 */
public record RawHttpRequest(String method, String target, List<Map.Entry<String, String>> headers, byte[] body) {

    public RawHttpRequest {
        headers = List.copyOf(headers);
    }

    public static RawHttpRequest get(String target, String host) {
        return new RawHttpRequest("GET", target, List.of(Map.entry("Host", host)), new byte[0]);
    }

    public static RawHttpRequest of(String method, String target, String host) {
        return new RawHttpRequest(method, target, List.of(Map.entry("Host", host)), new byte[0]);
    }

    public static RawHttpRequest post(String target, String host, String json) {
        return of("POST", target, host)
                .header("Content-Type", "application/json")
                .withBody(json.getBytes(StandardCharsets.UTF_8));
    }

    public RawHttpRequest header(String name, String value) {
        List<Map.Entry<String, String>> more = new ArrayList<>(headers);
        more.add(Map.entry(name, value));
        return new RawHttpRequest(method, target, more, body);
    }

    public RawHttpRequest withBody(byte[] content) {
        return new RawHttpRequest(method, target, headers, content);
    }

    /** Returns the request with this query appended to its path. */
    public RawHttpRequest withQuery(String query) {
        return new RawHttpRequest(method, target + "?" + query, headers, body);
    }

    /** Returns the bytes to send on a connection for this request alone. */
    public byte[] bytes() {
        return bytes("Connection: close\r\n");
    }

    /** Returns the bytes to send on a keep-alive connection. */
    byte[] keepAliveBytes() {
        return bytes("");
    }

    private byte[] bytes(String connectionHeader) {
        StringBuilder head = new StringBuilder();
        head.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
        headers.forEach(header -> head.append(header.getKey())
                .append(": ")
                .append(header.getValue())
                .append("\r\n"));
        if (body.length > 0) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        head.append(connectionHeader).append("\r\n");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }

    @Override
    public String toString() {
        return method + " " + target;
    }
}
