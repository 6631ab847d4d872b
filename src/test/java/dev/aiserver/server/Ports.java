package dev.aiserver.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Hands out ports for servers that start later, and again and again. The system would give a port that it names free to
 * the next who asks, or to a connection of a client, before the server has it.
 */
final class Ports {
    private static final int FIRST = 10_000;
    private static final int BLOCK = 1_000;
    /** They end below those that the system gives to clients. */
    private static final int BLOCKS = 22;

    private final int first;
    private int handedOut;

    /** @param process of which each has a block of its own, as far as there are so many */
    Ports(long process) {
        this.first = FIRST + (int) (process % BLOCKS) * BLOCK;
    }

    synchronized int next() {
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
