package dev.aiserver.verify;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Query;
import java.util.List;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Warns about settings of a Mac that can stop an unattended server. No setting is wrong, so no check fails. */
final class HeadlessChecks {
    private static final Command AUTO_LOGIN =
            Command.of("defaults", "read", "/Library/Preferences/com.apple.loginwindow", "autoLoginUser");
    private static final Command FILE_VAULT = Command.of("fdesetup", "status");
    private static final Command POWER = Command.of("pmset", "-g", "custom");
    private static final Command FIREWALL =
            Command.of("/usr/libexec/ApplicationFirewall/socketfilterfw", "--getglobalstate");
    private static final Pattern SLEEP = Pattern.compile("(?m)^\\s*sleep\\s+(\\d+)");

    private HeadlessChecks() {}

    static List<Check> all() {
        return List.of(
                onMac(
                        "headless.login",
                        "the services start after a reboot without a manual login",
                        AUTO_LOGIN,
                        HeadlessChecks::login),
                onMac(
                        "headless.file-vault",
                        "the disk unlocks after a reboot without a password",
                        FILE_VAULT,
                        HeadlessChecks::disk),
                onMac("headless.sleep", "the machine does not sleep", POWER, HeadlessChecks::sleep),
                onMac(
                        "headless.firewall",
                        "the macOS firewall lets clients connect",
                        FIREWALL,
                        HeadlessChecks::firewall));
    }

    private static Check onMac(
            String id, String claim, Command command, BiFunction<CommandResult, HostIdentity, Outcome> outcome) {
        return Check.onServer(
                id,
                claim,
                server -> server.identity().isMac()
                        ? Query.command(command).map(result -> outcome.apply(result, server.identity()))
                        : Query.of(new Outcome.Skipped("this machine is not a Mac")));
    }

    /** Reads the login window's setting; {@code defaults} exits with 1 if it is not set. */
    private static Outcome login(CommandResult result, HostIdentity identity) {
        String user = result.text().strip();
        return result.succeeded() && user.equals(identity.user())
                ? new Outcome.Passed("this user is logged in automatically; logging out still stops the services")
                : new Outcome.Warned(
                        result.succeeded() || result.exitCode() == 1
                                ? "this user is not logged in automatically, so after a reboot nothing runs until "
                                        + "the user logs in; logging out also stops the services"
                                : unknown(result),
                        "turn on System Settings > Users & Groups > Automatically log in as");
    }

    private static Outcome disk(CommandResult result, HostIdentity identity) {
        return result.succeeded() && result.text().contains("FileVault is Off")
                ? new Outcome.Passed("FileVault is off")
                : new Outcome.Warned(
                        result.succeeded()
                                ? "FileVault is on: after a reboot the disk stays locked until a user enters a password"
                                : unknown(result),
                        "for a planned reboot, run \"sudo fdesetup authrestart\"");
    }

    private static Outcome sleep(CommandResult result, HostIdentity identity) {
        Matcher sleep = SLEEP.matcher(result.text());
        boolean known = false;
        boolean never = true;
        while (result.succeeded() && sleep.find()) {
            known = true;
            never &= sleep.group(1).equals("0");
        }
        return known && never
                ? new Outcome.Passed("sleep is 0")
                : new Outcome.Warned(
                        known ? "this Mac sleeps when it is idle, and then no client can reach it" : unknown(result),
                        "run \"sudo pmset -a sleep 0 disksleep 0 womp 1 autorestart 1\"");
    }

    private static Outcome firewall(CommandResult result, HostIdentity identity) {
        return result.succeeded() && result.text().contains("disabled")
                ? new Outcome.Passed("the firewall is off; HAProxy listens on its configured address only")
                : new Outcome.Warned(
                        result.succeeded()
                                ? "the firewall is on and may block HAProxy after an update of HAProxy"
                                : unknown(result),
                        "run: sudo " + FIREWALL.program()
                                + " --unblockapp \"$(command -v haproxy)\", then connect from a client");
    }

    private static String unknown(CommandResult result) {
        return "could not read this setting: " + result.incompleteReason().orElseGet(result::firstLine);
    }
}
