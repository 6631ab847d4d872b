package dev.aiserver.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests who counts as another user, with output of ls. */
final class ProgramAuditTest {

    private static HostIdentity facts(String os) {
        return new HostIdentity(os, "arm64", "15.5", 501, "ann", Path.of("/Users/ann"));
    }

    private static String output(String folder) {
        return """
                Darwin arm64
                # lsof
                /
                /opt/my tools
                /opt/my tools/lsof
                # plutil
                #
                drwxr-xr-x  20 0  0    640 Nov  1 10:00 /
                %s
                -rwxr-xr-x   1 0  0  12345 Nov  1 10:00 /opt/my tools/lsof
                """.formatted(folder);
    }

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            Darwin | drwxr-xr-x  2 0   0     64 Nov  1 10:00 /opt/my tools         |
            Darwin | drwxr-xr-x  2 501 20    64 Nov  1 10:00 /opt/my tools         |
            Darwin | drwxr-xr-x@ 2 501 20    64 Nov  1 10:00 /opt/my tools         |
            Darwin | drwxr-xr-x+ 2 501 20    64 Nov  1 10:00 /opt/my tools         |
            Darwin | drwxrwxr-x  2 501 80    64 Nov  1 10:00 /opt/my tools         |
            Darwin | drwxrwxr-x  2 0   0     64 Nov  1 10:00 /opt/my tools         |
            Darwin | drwxrwxr-t  2 0   20    64 Nov  1 10:00 /opt/my tools         |
            Darwin | lrwxrwxrwx  1 501 20    64 Nov  1 10:00 /opt/my tools -> /o/t |
            Darwin | drwxrwxr-x  2 501 20    64 Nov  1 10:00 /opt/my tools         | can be written by group id 20 (drwxrwxr-x)
            Darwin | drwxrwxrwx  2 501 80    64 Nov  1 10:00 /opt/my tools         | can be written by everybody (drwxrwxrwx)
            Darwin | drwxr-xrwx@ 2 0   0     64 Nov  1 10:00 /opt/my tools         | can be written by everybody (drwxr-xrwx)
            Darwin | drwxr-xr-x  2 502 20    64 Nov  1 10:00 /opt/my tools         | belongs to user id 502
            Darwin | lrwxr-xr-x  1 502 20    64 Nov  1 10:00 /opt/my tools -> /o/t | belongs to user id 502
            Darwin | ls: /opt/my tools: Permission denied                          | did not show who can write to it
            Linux  | drwxrwxr-x  2 501 80    64 Nov  1 10:00 /opt/my tools         | can be written by group id 80 (drwxrwxr-x)
            """)
    void onlyRootTheUserAndAdministratorsAreTrusted(String os, String folder, String problem) {
        ProgramAudit audit = ProgramAudit.read(output(folder), facts(os));

        assertThat(audit.missing()).containsExactly("plutil");
        if (problem == null) {
            assertThat(audit.unsafe()).isEmpty();
        } else {
            assertThat(audit.unsafe()).containsOnlyKeys("lsof");
            assertThat(audit.unsafe().get("lsof")).contains("/opt/my tools").contains(problem);
        }
    }

    @Test
    void programsWithOneCauseShareASentence() {
        String output = """
                # plutil
                /open
                /open/plutil
                # lsof
                /open
                /open/lsof
                #
                drwxrwxrwx 2 0 0 64 Nov  1 10:00 /open
                -rwxr-xr-x 1 0 0 64 Nov  1 10:00 /open/plutil
                -rwxr-xr-x 1 0 0 64 Nov  1 10:00 /open/lsof
                """;

        assertThatThrownBy(() -> ProgramAudit.read(output, facts("Darwin")).requireSafe())
                .isInstanceOf(UserError.class)
                .hasMessage("lsof, plutil could be replaced by another user of this machine, so aiserver does not run "
                        + "them: /open can be written by everybody (drwxrwxrwx). Run \"chmod go-w /open\", then try "
                        + "again.");
    }

    @Test
    void everyMissingToolIsNamed() {
        ProgramAudit audit = ProgramAudit.read("# ps\n# lsof\n# df\n/\n/df\n#\n", facts("Linux"));

        audit.requirePresent(List.of("df"));
        assertThatThrownBy(() -> audit.requirePresent(List.of("df", "lsof", "ps")))
                .isInstanceOf(UserError.class)
                .hasMessage("This machine lacks lsof, ps, which aiserver needs; install them, or add their folder to "
                        + "PATH, then try again.");
    }
}
