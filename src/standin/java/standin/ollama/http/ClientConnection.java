package standin.ollama.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** Serves the requests of one client connection in turn, until either side closes it. */
public final class ClientConnection {
    private final Socket socket;
    private final RequestHandler service;
    private final CountDownLatch closing;

    /** Handles the requests of a connection. */
    public interface RequestHandler {
        void serve(Exchange exchange) throws IOException;
    }

    public ClientConnection(Socket socket, RequestHandler service, CountDownLatch closing) {
        this.socket = socket;
        this.service = service;
        this.closing = closing;
    }

    /** Serves requests until the connection ends; throws if the client disconnects during a request. */
    public void serve() throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        OutputStream out = socket.getOutputStream();
        RequestReader reader = new RequestReader(in, out);
        try {
            Optional<ReceivedRequest> request = reader.next();
            while (request.isPresent()) {
                Exchange exchange = new Exchange(request.get(), socket, in, out, closing);
                service.serve(exchange);
                exchange.finish();
                request = exchange.keepsConnection() ? reader.next() : Optional.empty();
            }
        } catch (BadRequest e) {
            out.write(("HTTP/1.1 " + String.valueOf(e.getMessage()).replaceFirst(":.*", "")
                            + "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
                            + e.getMessage())
                    .getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
    }
}
