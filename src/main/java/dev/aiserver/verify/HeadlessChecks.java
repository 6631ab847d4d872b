package dev.aiserver.verify;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Prefetch;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What happens to a Mac that nobody sits at; none of it is wrong, so it is only said. */
final class HeadlessChecks {
    private static final Command AUTO_LOGIN =
            Command.of("defaults", "read", "/Library/Preferences/com.apple.loginwindow", "autoLoginUser");
    private static final Command FILE_VAULT = Command.of("fdesetup", "status");
    private static final Command POWER = Command.of("pmset", "-g", "custom");
    private static final Command FIREWALL =
            Command.of("/usr/libexec/ApplicationFirewall/socketfilterfw", "--getglobalstate");
    private static final Pattern SLEEP = Pattern.compile("(?m)^\\s*sleep\\s+(\\d+)");

    private HeadlessChecks() {}

    /** What they will ask. */
    static Prefetch prefetch() {
        return Prefetch.ofCommands(List.of(AUTO_LOGIN, FILE_VAULT, POWER, FIREWALL));
    }

    static List<Check> all() {
        return List.of(
                onMac(
                        "headless.login",
                        "after a restart the services start without anybody logging in",
                        HeadlessChecks::login),
                onMac("headless.file-vault", "after a restart the disk is unlocked by itself", HeadlessChecks::disk),
                onMac("headless.sleep", "the machine does not sleep", HeadlessChecks::sleep),
                onMac("headless.firewall", "the firewall lets clients in", HeadlessChecks::firewall));
    }

    private static Check onMac(String id, String claim, Function<ServerHost, Outcome> proof) {
        return Check.onServer(
                id,
                claim,
                (subject, server) ->
                        server.host().facts().isMac() ? proof.apply(server) : new Outcome.Skipped("this is no Mac"));
    }

    /** Without the login window's setting, reading it ends with 1. */
    private static Outcome login(ServerHost server) {
        CommandResult result = server.host().run(AUTO_LOGIN);
        String user = result.text().strip();
        return result.succeeded() && user.equals(server.host().facts().user())
                ? new Outcome.Passed("its user is logged in automatically; a logout still ends the services")
                : new Outcome.Warned(
                        result.succeeded() || result.exitCode() == 1
                                ? "its user is not logged in automatically, so that after a restart nothing runs until "
                                        + "somebody logs in; a logout ends the services as well"
                                : cannotTell(result),
                        "System Settings > Users & Groups > Automatically log in as");
    }

    private static Outcome disk(ServerHost server) {
        CommandResult result = server.host().run(FILE_VAULT);
        return result.succeeded() && result.text().contains("FileVault is Off")
                ? new Outcome.Passed("FileVault is off")
                : new Outcome.Warned(
                        result.succeeded()
                                ? "FileVault is on: after a restart somebody must type a password"
                                : cannotTell(result),
                        "before a planned restart: sudo fdesetup authrestart");
    }

    private static Outcome sleep(ServerHost server) {
        CommandResult result = server.host().run(POWER);
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
                        known ? "it sleeps when it is idle, and no client can reach it then" : cannotTell(result),
                        "sudo pmset -a sleep 0 disksleep 0 womp 1 autorestart 1");
    }

    private static Outcome firewall(ServerHost server) {
        CommandResult result = server.host().run(FIREWALL);
        return result.succeeded() && result.text().contains("disabled")
                ? new Outcome.Passed("the firewall is off; HAProxy listens on its one address only")
                : new Outcome.Warned(
                        result.succeeded()
                                ? "the firewall is on, and may refuse HAProxy after each of its updates"
                                : cannotTell(result),
                        "sudo " + FIREWALL.program()
                                + " --unblockapp \"$(command -v haproxy)\", then try from a client");
    }

    private static String cannotTell(CommandResult result) {
        return "this cannot be told: " + result.incompleteReason().orElseGet(result::firstLine);
    }
}
