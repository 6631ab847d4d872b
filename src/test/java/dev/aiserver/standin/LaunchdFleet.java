package dev.aiserver.standin;

import dev.aiserver.rehearsal.launchd.Account;
import dev.aiserver.rehearsal.launchd.EmbeddedLaunchctl;
import dev.aiserver.rehearsal.launchd.Quirks;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The launchd of many Macs of stand-ins, each a network namespace, in one process: a Java machine for each would be most
 * of what is measured. It ends, with all that it started, when its standard input does.
 */
final class LaunchdFleet {
    private LaunchdFleet() {}

    /**
     * Arguments: the address to listen on, and the name of every Mac's user. Each line of standard input is a Mac, its
     * namespace's file and its user's id and home, and is answered by the port of its launchd. As the real one, this is
     * root's, and what it starts is not.
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
