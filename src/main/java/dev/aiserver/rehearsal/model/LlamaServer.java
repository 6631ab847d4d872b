package dev.aiserver.rehearsal.model;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The process that a model in memory has since Ollama 0.30: it listens on a free loopback port, asks for no key, looks
 * at no Host header and lets every web page read its answers. It has no model; it is there to be seen by lsof.
 */
final class LlamaServer implements EngineFactory {
    private static final String NAME = "llama-server";
    private static final int PAGE_IS_STUCK_MILLIS = 1_000;

    private final Path program;
    private final Log log;

    /** @param directory where the program gets its name: as a link to Java, which lsof then shows by that name */
    LlamaServer(Path directory, Log log) {
        this.program = directory.resolve(NAME);
        this.log = log;
    }

    /** Without one, where it does not start, the server goes on: no answer comes from it. */
    @Override
    public synchronized Engine start(Model model) {
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
        try {
            Files.deleteIfExists(program);
            Files.createSymbolicLink(program, Path.of(System.getProperty("java.home"), "bin", "java"));
            Process process = new ProcessBuilder(
                            program.toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xmx16m",
                            "-cp",
                            classPath,
                            LlamaServer.class.getName(),
                            model.name())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            // It says its port when it listens, so that a model in memory can always be seen.
            String port = process.inputReader(StandardCharsets.UTF_8).readLine();
            Files.deleteIfExists(program);
            log.info("llama_server.go:433", "starting llama-server", "cmd", program + " --port " + port);
            log.info(
                    "llama_server.go:1",
                    "CORS is set to allow all origins ('*') and no API key is set; this can be a security risk");
            return process::destroy;
        } catch (IOException e) {
            log.error(NAME + " does not start: " + e.getMessage());
            return () -> {};
        }
    }

    /** The process: it ends with the one that started it, whose end of the standard input is then closed. */
    public static void main(String[] args) throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.INET)) {
            listener.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
                out.write((listener.socket().getLocalPort() + "\n").getBytes(StandardCharsets.US_ASCII));
            }
            Thread watch = new Thread(LlamaServer::awaitEndOfInput);
            watch.setDaemon(true);
            watch.start();
            while (true) {
                try (Socket client = listener.accept().socket()) {
                    client.setSoTimeout(PAGE_IS_STUCK_MILLIS);
                    answer(client);
                } catch (IOException e) {
                    // Whoever asked has gone, or says nothing.
                }
            }
        }
    }

    private static void awaitEndOfInput() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is ever said there.
            }
        } catch (IOException e) {
            // Then the other end has gone as well.
        }
        Runtime.getRuntime().halt(0);
    }

    private static void answer(Socket client) throws IOException {
        BufferedReader head =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
        String origin = "*";
        for (String line = head.readLine(); line != null && !line.isEmpty(); line = head.readLine()) {
            if (line.regionMatches(true, 0, "Origin:", 0, 7)) {
                origin = line.substring(7).strip();
            }
        }
        String body = "{\"status\":\"ok\"}";
        client.getOutputStream()
                .write(("HTTP/1.1 200 OK\r\nServer: llama.cpp\r\nAccess-Control-Allow-Origin: " + origin
                                + "\r\nAccess-Control-Allow-Credentials: true\r\nContent-Type: application/json\r\n"
                                + "Content-Length: " + body.length() + "\r\nConnection: close\r\n\r\n" + body)
                        .getBytes(StandardCharsets.ISO_8859_1));
    }
}
