package dev.aiserver.proxy;

/**
 * The limits of the proxy, and the open files that it needs for them.
 *
 * @param connections the clients' connections at the same time
 */
public record ProxyLimits(int connections) {

    /** The limits of every installation. */
    public static final ProxyLimits DEFAULT = new ProxyLimits(4096);

    /** Returns the files that HAProxy needs for itself: listeners, health checks, pipes and event queues. */
    public int ownFiles() {
        return 18;
    }

    /** Returns the files below which HAProxy does not start: each connection has a client's side and Ollama's. */
    public int minFiles() {
        return 2 * connections + ownFiles();
    }

    /** Returns the limit of open files that a service gets: the next power of two, so that there is a reserve. */
    public int files() {
        return Integer.highestOneBit(minFiles()) << 1;
    }
}
