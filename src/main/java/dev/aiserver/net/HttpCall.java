package dev.aiserver.net;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An HTTP/1.1 request as it goes over the wire: target and headers are sent exactly as they are given, so that a
 * check can send what no polite client would.
 */
public record HttpCall(String method, String target, List<Map.Entry<String, String>> headers, byte[] body) {

    public HttpCall {
        headers = List.copyOf(headers);
    }

    public static HttpCall get(String target, String host) {
        return new HttpCall("GET", target, List.of(Map.entry("Host", host)), new byte[0]);
    }

    public static HttpCall of(String method, String target, String host) {
        return new HttpCall(method, target, List.of(Map.entry("Host", host)), new byte[0]);
    }

    public static HttpCall post(String target, String host, String json) {
        return of("POST", target, host)
                .header("Content-Type", "application/json")
                .withBody(json.getBytes(StandardCharsets.UTF_8));
    }

    public HttpCall header(String name, String value) {
        List<Map.Entry<String, String>> more = new ArrayList<>(headers);
        more.add(Map.entry(name, value));
        return new HttpCall(method, target, more, body);
    }

    public HttpCall withBody(byte[] content) {
        return new HttpCall(method, target, headers, content);
    }

    /** The same with this query behind its path. */
    public HttpCall asking(String query) {
        return new HttpCall(method, target + "?" + query, headers, body);
    }

    /** The bytes on the wire: one request on a connection of its own. */
    public byte[] bytes() {
        return bytes("Connection: close\r\n");
    }

    /** The bytes on the wire: one request on a connection that stays open. */
    byte[] bytesOfSeveral() {
        return bytes("");
    }

    private byte[] bytes(String ofConnection) {
        StringBuilder head = new StringBuilder();
        head.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
        headers.forEach(header -> head.append(header.getKey())
                .append(": ")
                .append(header.getValue())
                .append("\r\n"));
        if (body.length > 0) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        head.append(ofConnection).append("\r\n");
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
