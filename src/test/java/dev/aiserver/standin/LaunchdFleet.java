package dev.aiserver.standin;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import standin.launchd.Account;
import standin.launchd.EmbeddedLaunchctl;
import standin.launchd.Quirks;

/**
 * Runs the launchds of many stand-in Macs, each in its own network namespace, in one process: one JVM per Mac would
 * dominate the benchmark. It stops with all processes that it started when its standard input ends.
 */
final class LaunchdFleet {
    private LaunchdFleet() {}

    /**
     * Takes the address to listen on and the user name on every Mac as arguments. Each line of standard input describes a
     * Mac: the file of its namespace, its user's id and home directory. The reply is the port of its launchd. As on a Mac,
     * launchd runs as root, and the agents run as the user.
     */
    public static void main(String[] args) throws IOException {
        InetAddress address = InetAddress.getByName(args[0]);
        List<EmbeddedLaunchctl> all = new ArrayList<>();
        try (BufferedReader macs = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String mac = macs.readLine(); mac != null; mac = macs.readLine()) {
                String[] words = mac.split(" ", 3);
                List<String> within = List.of(
                        "nsenter",
                        "--net=" + words[0],
                        "setpriv",
                        "--reuid=" + words[1],
                        "--regid=" + words[1],
                        "--clear-groups");
                Account account = new Account(Integer.parseInt(words[1]), args[1], Path.of(words[2]), 1, within);
                EmbeddedLaunchctl launchctl = new EmbeddedLaunchctl(account, Quirks.usual());
                all.add(launchctl);
                System.out.println(new LaunchctlSocket(launchctl, address).port());
            }
        }
        all.forEach(EmbeddedLaunchctl::close);
        System.exit(0);
    }
}
