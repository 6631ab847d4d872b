package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import dev.aiserver.report.CommandOutcome;
import dev.aiserver.report.Console;
import dev.aiserver.report.ExitCode;
import dev.aiserver.report.Json;
import dev.aiserver.report.Redaction;
import dev.aiserver.server.SupportInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "support-bundle",
        description = {
            "Collect what a bug report needs in one zip archive: versions, status, checks and the ends of the logs.",
            "Secrets and user names are masked. Nothing is sent anywhere."
        })
final class SupportBundleCommand implements Callable<Integer> {
    private static final String README = """
            aiserver %s wrote this archive with "aiserver support-bundle".

            versions.txt  the system and the programs
            status.json   "aiserver status --json"
            verify.json   "aiserver verify --no-inference --json"
            logs/         the last 200 kB of each log

            Secrets are replaced by [secret], user names by [user], home directories by ~. IP addresses, the names of
            machines and models, and the paths of requests remain. Look through the files before you attach them to an
            issue.
            """;

    private final UseCases useCases;
    private final Console console;
    private final String version;
    private final Function<List<String>, String> documentOf;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Parameters(
            paramLabel = "FILE",
            description = "The archive to write, such as aiserver-support.zip. Only you can read it.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    /** @param documentOf runs another command on the host and returns its JSON document, errors included */
    SupportBundleCommand(
            UseCases useCases, Console console, String version, Function<List<String>, String> documentOf) {
        this.useCases = useCases;
        this.console = console;
        this.version = version;
        this.documentOf = documentOf;
    }

    @Override
    public Integer call() {
        Map<String, String> parts = redacted(parts());
        try {
            PrivateFile.write(file, zipped(parts));
        } catch (IOException e) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "%s: could not write the archive (%s). Name a file in a folder that exists and that you may write to."
                            .formatted(file, PrivateFile.reason(e)));
        }
        console.print(
                common.json
                        ? Json.document(
                                "support-bundle",
                                CommandOutcome.WRITTEN,
                                Map.of("file", file.toString(), "parts", List.copyOf(parts.keySet())))
                        : "Wrote %s: %s. Look through it before you attach it to an issue.\n"
                                .formatted(file, String.join(", ", parts.keySet())));
        return ExitCode.DONE.code();
    }

    private Map<String, String> parts() {
        SupportInfo info = useCases.supportInfo();
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("README.txt", README.formatted(version));
        parts.put("versions.txt", "aiserver %s, Java %s\n\n".formatted(version, Runtime.version()) + info.versions());
        // Read before the checks, whose requests would fill the log of the proxy.
        Map<String, String> logs = info.logEnds();
        parts.put("status.json", documentOf.apply(List.of("status", "--json")));
        parts.put("verify.json", documentOf.apply(List.of("verify", "--no-inference", "--json")));
        logs.forEach((name, end) -> parts.put("logs/" + name, end));
        return parts;
    }

    /** Redacts all parts together, so that a user name found in one part is removed from all. */
    private Map<String, String> redacted(Map<String, String> parts) {
        List<String> texts = new ArrayList<>(parts.values());
        texts.add(useCases.layout().home().toString());
        Redaction redaction = Redaction.of(texts);
        Map<String, String> redacted = new LinkedHashMap<>();
        parts.forEach((name, text) -> redacted.put(name, redaction.apply(text)));
        return redacted;
    }

    private static byte[] zipped(Map<String, String> parts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, String> part : parts.entrySet()) {
                zip.putNextEntry(new ZipEntry(part.getKey()));
                zip.write(part.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }
}
