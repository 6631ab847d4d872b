package standin.launchd;

import java.util.Arrays;

/** Lists launchd's numbered errors, which are also launchctl's exit codes. */
enum LaunchdError {
    OPERATION_NOT_PERMITTED(1, "Operation not permitted"),
    NO_SUCH_FILE(2, "No such file or directory"),
    NO_SUCH_PROCESS(3, "No such process"),
    INPUT_OUTPUT(5, "Input/output error"),
    FILE_EXISTS(17, "File exists"),
    IN_PROGRESS(36, "Operation now in progress"),
    ALREADY_IN_PROGRESS(37, "Operation already in progress"),
    USAGE(64, "unknown error code"),
    MALFORMED_BUNDLE(107, "Malformed bundle"),
    INVALID_PATH(108, "Invalid path"),
    INVALID_PROPERTY_LIST(109, "Invalid property list"),
    INVALID_LABEL(110, "Invalid or missing service identifier"),
    INVALID_PROGRAM(111, "Invalid or missing Program/ProgramArguments"),
    NO_SUCH_DOMAIN(112, "Could not find specified domain"),
    NO_SUCH_SERVICE(113, "Could not find specified service"),
    NO_SUCH_USER(114, "The specified username does not exist"),
    SERVICE_DISABLED(119, "Service is disabled"),
    BAD_OWNERSHIP(122, "Path had bad ownership/permissions"),
    DOMAIN_TEARING_DOWN(124, "Domain is tearing down"),
    DOMAIN_UNSUPPORTED(125, "Domain does not support specified action"),
    MULTIPLE_ERRORS(133, "Multiple errors were returned; see stderr"),
    WRONG_SESSION(134, "Service cannot load in requested session"),
    CANNOT_EXECUTE(139, "Service cannot presently execute"),
    RESERVED_NAME(140, "Service name is reserved or invalid"),
    NO_ENTITLEMENT(144, "Requestor lacks required entitlement"),
    INTEGRITY_PROTECTION(150, "Operation not permitted while System Integrity Protection is engaged"),
    QUARANTINED(155, "Refusing to execute/trust quarantined program/file"),
    SANDBOX(159, "Sandbox restriction"),
    BACKGROUND_POLICY(161, "Service cannot be launched because of BTM policy");

    final int code;
    private final String text;

    LaunchdError(int code, String text) {
        this.code = code;
        this.text = text;
    }

    static String text(int code) {
        return Arrays.stream(values())
                .filter(error -> error.code == code)
                .map(error -> error.text)
                .findFirst()
                .orElse("unknown error code");
    }
}
