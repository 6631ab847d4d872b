package standin.ollama;

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
import standin.ollama.http.Log;
import standin.ollama.model.CatalogueModel;
import standin.ollama.model.EngineFactory;

/**
 * Starts the process that Ollama runs for each loaded model since 0.30. It listens on a free loopback port, requires no
 * key, ignores the Host header and lets every web page read its responses. It has no model and exists to be seen by lsof.
 */
public final class LlamaServer implements EngineFactory {
    private static final String NAME = "llama-server";
    private static final int CLIENT_TIMEOUT_MILLIS = 1_000;

    private final Path program;
    private final Log log;

    /** @param directory directory for a link to Java named {@code llama-server}, the name that lsof then shows */
    public LlamaServer(Path directory, Log log) {
        this.program = directory.resolve(NAME);
        this.log = log;
    }

    /** Starts the process. If it fails to start, the server continues without it, because no response depends on it. */
    @Override
    public synchronized Engine start(CatalogueModel model) {
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
            // The process prints its port once it listens, so that lsof shows every loaded model.
            String port = process.inputReader(StandardCharsets.UTF_8).readLine();
            Files.deleteIfExists(program);
            log.info("llama_server.go:433", "starting llama-server", "cmd", program + " --port " + port);
            log.info(
                    "llama_server.go:1",
                    "CORS is set to allow all origins ('*') and no API key is set; this can be a security risk");
            return process::destroy;
        } catch (IOException e) {
            log.error("could not start " + NAME + ": " + e.getMessage());
            return () -> {};
        }
    }

    /** Runs the process. It ends with its parent, whose end of standard input is then closed. */
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
                    client.setSoTimeout(CLIENT_TIMEOUT_MILLIS);
                    respond(client);
                } catch (IOException e) {
                    // The client disconnected or timed out.
                }
            }
        }
    }

    private static void awaitEndOfInput() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is ever sent.
            }
        } catch (IOException e) {
            // The parent has ended.
        }
        Runtime.getRuntime().halt(0);
    }

    private static void respond(Socket client) throws IOException {
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
