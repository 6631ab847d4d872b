package dev.aiserver.report;

import dev.aiserver.server.CommandOutcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Holds the files of a support bundle.
 *
 * @param parts the text of each file by its name, in their order
 */
public record SupportBundle(Map<String, String> parts) {
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

    /**
     * Returns a bundle.
     *
     * @param version of aiserver
     * @param versions of the system and the programs on the host
     * @param logs the end of each log by its name
     */
    public static SupportBundle of(
            String version,
            String versions,
            Map<String, Object> status,
            Map<String, Object> verify,
            Map<String, String> logs) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("README.txt", README.formatted(version));
        parts.put("versions.txt", "aiserver %s, Java %s\n\n".formatted(version, Runtime.version()) + versions);
        parts.put("status.json", Json.text(status));
        parts.put("verify.json", Json.text(verify));
        logs.forEach((name, end) -> parts.put("logs/" + name, end));
        return new SupportBundle(parts);
    }

    /**
     * Redacts all parts together, so that a user name found in one part is removed from all.
     *
     * @param home of the user on the host
     */
    public SupportBundle redacted(Path home) {
        List<String> texts = new ArrayList<>(parts.values());
        texts.add(home.toString());
        Redaction redaction = Redaction.of(texts);
        Map<String, String> redacted = new LinkedHashMap<>();
        parts.forEach((name, text) -> redacted.put(name, redaction.apply(text)));
        return new SupportBundle(redacted);
    }

    /** Returns the bundle as a zip archive. */
    public byte[] zipped() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, String> part : parts.entrySet()) {
                zip.putNextEntry(new ZipEntry(part.getKey()));
                zip.write(part.getValue().getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("an array does not fail", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Returns the report that the bundle was written.
     *
     * @param file it was written to
     */
    public Report report(Path file) {
        return Report.of(
                CommandOutcome.WRITTEN.exitCode(),
                "Wrote %s: %s. Look through it before you attach it to an issue.\n"
                        .formatted(file, String.join(", ", parts.keySet())),
                () -> Json.document(
                        "support-bundle",
                        CommandOutcome.WRITTEN,
                        Map.of("file", file.toString(), "parts", List.copyOf(parts.keySet()))));
    }
}
