package dev.aiserver.host.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A relay on loopback that can be blocked and cut, as networks are. */
final class Relay implements AutoCloseable {
    private final ServerSocket entrance;
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicLong budget = new AtomicLong(Long.MAX_VALUE);
    private boolean blocked;

    Relay(int target) throws IOException {
        this.target = target;
        this.entrance = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        inBackground(this::accept);
    }

    int port() {
        return entrance.getLocalPort();
    }

    /** Stops all traffic in both directions without closing connections. */
    synchronized void block() {
        blocked = true;
    }

    synchronized void unblock() {
        blocked = false;
        notifyAll();
    }

    private synchronized void pass() throws IOException {
        try {
            while (blocked) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Cuts all connections after this many more bytes. */
    void cutAfter(long bytes) {
        budget.set(bytes);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = entrance.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.addAll(List.of(client, server));
                inBackground(() -> pump(client, server));
                inBackground(() -> pump(server, client));
            }
        } catch (IOException e) {
            // The server socket is closed.
            return;
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                pass();
                if (budget.addAndGet(-count) < 0) {
                    return;
                }
                out.write(buffer, 0, count);
            }
        } catch (IOException e) {
            // One of the two is closed; try-with-resources closes the other.
            return;
        }
    }

    private static void inBackground(Runnable work) {
        Thread thread = new Thread(work, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        unblock();
        try {
            entrance.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
