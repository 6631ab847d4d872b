package dev.aiserver.rehearsal.launchd;

import java.util.List;

/**
 * How one Mac differs from another: launchctl's exit codes for the same situation depend on the version of macOS, and
 * a client has to cope with each.
 *
 * @param alreadyCode of bootstrap when the label is loaded: 5, 37 or 17
 * @param drainCode of bootstrap while the old process still ends: 5 or 37
 * @param disabledCode of bootstrap for a disabled label: 119 or 5
 * @param noDesktopCode for every verb when the user is not logged in at the desktop: 125 or 112
 * @param osVersion what {@code sw_vers -productVersion} would print
 * @param desktop whether the user is logged in at the desktop
 * @param ssh whether launchctl is called from an SSH session
 * @param opaqueErrors whether every fault of a property list is reported as 5, as it is to a user who is not root
 */
public record Quirks(
        int alreadyCode,
        int drainCode,
        int disabledCode,
        int noDesktopCode,
        String osVersion,
        boolean desktop,
        boolean ssh,
        boolean opaqueErrors,
        List<Fault> faults) {

    public Quirks {
        faults = List.copyOf(faults);
    }

    /** A Mac of today with its user at the desktop. */
    public static Quirks usual() {
        return new Quirks(5, 5, 119, 125, "26.5.1", true, false, true, List.of());
    }

    public Quirks codes(int already, int drain, int disabled, int noDesktop) {
        return new Quirks(already, drain, disabled, noDesktop, osVersion, desktop, ssh, opaqueErrors, faults);
    }

    public Quirks on(String version) {
        return new Quirks(
                alreadyCode, drainCode, disabledCode, noDesktopCode, version, desktop, ssh, opaqueErrors, faults);
    }

    public Quirks overSsh(boolean userAtDesktop) {
        return new Quirks(
                alreadyCode,
                drainCode,
                disabledCode,
                noDesktopCode,
                osVersion,
                userAtDesktop,
                true,
                opaqueErrors,
                faults);
    }

    public Quirks withFaults(Fault... more) {
        return new Quirks(
                alreadyCode,
                drainCode,
                disabledCode,
                noDesktopCode,
                osVersion,
                desktop,
                ssh,
                opaqueErrors,
                List.of(more));
    }

    int osMajor() {
        return Integer.parseInt(osVersion.split("\\.")[0]);
    }
}
