package dev.aiserver.net;

/**
 * A process that listens on a TCP port.
 *
 * @param command as lsof prints it, cut to nine letters on a Mac
 * @param address {@code 127.0.0.1}, {@code [::1]}, or {@code *} for every address
 */
public record Listener(int pid, int parentPid, String command, int uid, String address, int port) {

    /** Returns whether only this machine can connect to it. */
    public boolean isLoopback() {
        return address.startsWith("127.") || address.equals("[::1]");
    }

    public boolean isWildcard() {
        return address.equals("*");
    }

    /**
     * Returns whether the listener is this process or a child of it. A proxy's worker holds the socket of its master.
     */
    public boolean belongsTo(int jobPid) {
        return pid == jobPid || parentPid == jobPid;
    }

    @Override
    public String toString() {
        return command + " (pid " + pid + ") on " + address + ":" + port;
    }
}
