package standin.launchd;

import java.util.List;

/**
 * Describes how one Mac differs from another: launchctl's exit code for a situation depends on the macOS version, and
 * a client must handle each code.
 *
 * @param alreadyCode exit code of bootstrap when the label is loaded: 5, 37 or 17
 * @param drainCode exit code of bootstrap while the old process is still shutting down: 5 or 37
 * @param disabledCode exit code of bootstrap for a disabled label: 119 or 5
 * @param noDesktopCode exit code of every verb when the user is not logged in at the desktop: 125 or 112
 * @param osVersion macOS version, as {@code sw_vers -productVersion} prints it
 * @param desktop true if the user is logged in at the desktop
 * @param ssh true if launchctl is called from an SSH session
 * @param opaqueErrors true if every property list error is reported as 5, as it is to users other than root
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

    /** Returns a current Mac with its user logged in at the desktop. */
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
