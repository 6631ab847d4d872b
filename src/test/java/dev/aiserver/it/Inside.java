package dev.aiserver.it;

import dev.aiserver.net.RawHttpClient;
import dev.aiserver.net.RawHttpResponse;
import dev.aiserver.standin.LaunchctlSocket;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import standin.launchd.Account;
import standin.launchd.EmbeddedLaunchctl;
import standin.launchd.Quirks;

/**
 * A process in a {@link Mac}'s network with the Mac's user. It is the Mac's launchd, and sends requests for the test. It
 * reads one order per line. When its standard input ends, it ends with every process that it started.
 */
final class Inside {
    private static final List<OpenStream> OPEN = new ArrayList<>();

    private Inside() {}

    /** Arguments: user id, user, home, then the quirks: already, drain, disabled, no desktop, version, at the desktop. */
    public static void main(String[] args) throws IOException {
        Account account = new Account(Integer.parseInt(args[0]), args[1], Path.of(args[2]), 0.2, List.of());
        Quirks codes = Quirks.usual()
                .codes(
                        Integer.parseInt(args[3]),
                        Integer.parseInt(args[4]),
                        Integer.parseInt(args[5]),
                        Integer.parseInt(args[6]))
                .on(args[7]);
        Quirks quirks = Boolean.parseBoolean(args[8]) ? codes : codes.overSsh(false);
        try (EmbeddedLaunchctl launchctl = new EmbeddedLaunchctl(account, quirks);
                LaunchctlSocket socket = new LaunchctlSocket(launchctl);
                BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println(socket.port());
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                System.out.println(obey(order.split(" ")));
            }
        }
    }

    private static String obey(String[] order) {
        return switch (order[0]) {
            case "begin" -> begin(order);
            case "end" -> end();
            default -> http(order);
        };
    }

    /** Obeys {@code begin ADDRESS PORT COUNT BASE64}: opens streams and waits for the first bytes of each. */
    private static String begin(String[] order) {
        InetSocketAddress server = new InetSocketAddress(order[1], Integer.parseInt(order[2]));
        byte[] request = Base64.getDecoder().decode(order[4]);
        for (int i = 0; i < Integer.parseInt(order[3]); i++) {
            OPEN.add(new OpenStream(server, request));
        }
        return "begun " + OPEN.stream().filter(OpenStream::hasBegun).count();
    }

    /** Returns how many of the open streams ended without a cut. */
    private static String end() {
        long whole = OPEN.stream().filter(OpenStream::isWhole).count();
        OPEN.clear();
        return "whole " + whole;
    }

    /** Obeys {@code http ADDRESS PORT BASE64}: returns the status, then the header X-Aiserver and the body in base64. */
    private static String http(String[] order) {
        InetSocketAddress server = new InetSocketAddress(order[1], Integer.parseInt(order[2]));
        try {
            RawHttpResponse answer = new RawHttpClient(server, Duration.ofSeconds(20))
                    .send(Base64.getDecoder().decode(order[3]));
            return answer.status() + " " + base64(answer.header("x-aiserver")) + " " + base64(answer.text());
        } catch (IOException e) {
            return "0 " + base64("") + " " + base64(String.valueOf(e.getMessage()));
        }
    }

    private static String base64(String text) {
        return "=" + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
