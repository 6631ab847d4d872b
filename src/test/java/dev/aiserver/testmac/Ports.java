package dev.aiserver.testmac;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Hands out ports for servers that start later and restart. A port that the system picks could be given to another
 * process, or to a client's connection, before the server listens on it.
 */
public final class Ports {
    private static final int FIRST = 10_000;
    private static final int BLOCK = 1_000;
    /** The blocks end below the ports that the system gives to clients. */
    private static final int BLOCKS = 22;

    private static final Ports OF_THIS_PROCESS =
            new Ports(ProcessHandle.current().pid());

    private final int first;
    private int handedOut;

    private Ports(long process) {
        this.first = FIRST + (int) (process % BLOCKS) * BLOCK;
    }

    /** Returns a free port that no other caller in this process gets. Processes with near ids use other ports. */
    public static int next() {
        return OF_THIS_PROCESS.nextFree();
    }

    private synchronized int nextFree() {
        for (int tries = 0; tries < BLOCK; tries++) {
            int port = first + handedOut++ % BLOCK;
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no port from " + first + " on is free");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
