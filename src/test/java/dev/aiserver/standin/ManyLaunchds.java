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
final class ManyLaunchds {
    private ManyLaunchds() {}

    /**
     * Arguments: the address to listen on, user id and user of all Macs. Each line of standard input is a Mac, its
     * namespace's file and its user's home, and is answered by the port of its launchd. To enter the namespaces, this
     * process needs the capability sys_admin as an ambient one; what it starts does not get it.
     */
    public static void main(String[] args) throws IOException {
        InetAddress address = InetAddress.getByName(args[0]);
        int uid = Integer.parseInt(args[1]);
        List<EmbeddedLaunchctl> all = new ArrayList<>();
        try (BufferedReader macs = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String mac = macs.readLine(); mac != null; mac = macs.readLine()) {
                String[] words = mac.split(" ", 2);
                List<String> within =
                        List.of("nsenter", "--net=" + words[0], "setpriv", "--inh-caps=-all", "--ambient-caps=-all");
                EmbeddedLaunchctl launchctl =
                        new EmbeddedLaunchctl(new Account(uid, args[2], Path.of(words[1]), 1, within), Quirks.usual());
                all.add(launchctl);
                System.out.println(new LaunchctlSocket(launchctl, address).port());
            }
        }
        all.forEach(EmbeddedLaunchctl::close);
        System.exit(0);
    }
}
