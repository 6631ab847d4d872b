package dev.aiserver.report;

import dev.aiserver.host.UserError;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.preflight.HostFacts;
import dev.aiserver.preflight.OutdatedProcess;
import dev.aiserver.server.CommandOutcome;
import dev.aiserver.server.ExitCode;
import dev.aiserver.server.Install.PlannedInstall;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Presents the plan of an install. */
public final class PlanReport {
    private PlanReport() {}

    /**
     * Returns the report of a plan that is only shown.
     *
     * @param command that shows it: plan or install
     * @param verbose whether unchanged resources are listed
     * @param changesAreFindings whether the exit code says that there are changes
     */
    public static Report of(
            PlannedInstall planned, String command, PlanText text, boolean verbose, boolean changesAreFindings) {
        CommandOutcome outcome = planned.changesNothing() ? CommandOutcome.UNCHANGED : CommandOutcome.PLANNED;
        ExitCode exitCode = changesAreFindings && !planned.changesNothing() ? ExitCode.FINDINGS : outcome.exitCode();
        return Report.of(
                exitCode,
                text(planned, text, verbose),
                () -> Json.document(command, outcome, fields(planned, Json.changes(planned.plan()))));
    }

    private static String text(PlannedInstall planned, PlanText text, boolean verbose) {
        String sideBySide =
                planned.editPolicy() == LocalEdit.Policy.NONE ? text.sideBySide(planned.edits(), planned.plan()) : "";
        return (planned.changesNothing() ? "No changes.\n" : unfinished(planned) + heading(planned))
                + text.list(planned.plan())
                + text.unchanged(planned.plan(), verbose)
                + sideBySide
                + text.diffs(planned.plan());
    }

    private static String unfinished(PlannedInstall planned) {
        return planned.unfinished()
                .map(journal -> journal.unfinished() + ". It would be rolled back first.\n")
                .orElse("");
    }

    /** Returns the error that says how to decide about the local edits. */
    public static UserError undecided(PlannedInstall planned, PlanText text, Path state) {
        return new UserError(
                UserError.Kind.CONFIGURATION,
                "Edited locally since the installation: " + text.edited(planned.edits())
                        + ". Use --keep-local to keep your versions, or --overwrite to replace them (with backups in "
                        + state.resolve("backups")
                        + "); \"aiserver plan\" shows both side by side.");
    }

    /** Returns what was found on the host, and what the server will be. */
    static String heading(PlannedInstall planned) {
        ServerSpec spec = planned.spec();
        HostFacts facts = planned.facts();
        String found = lines(ExistingServicesText.of(facts.existing()));
        String oldLogs = planned.oldLogs().isEmpty()
                ? ""
                : "The services will write their logs to another folder. The old logs are kept until you delete them: "
                        + planned.oldLogs().stream().map(Path::toString).collect(Collectors.joining(", ")) + "\n";
        return found + lines(planned.settings()) + oldLogs + "The proxy will listen on " + facts.address() + ":"
                + spec.proxy().port() + ", Ollama on 127.0.0.1:" + spec.ollama().port() + ". The plan:\n";
    }

    private static String lines(List<String> sentences) {
        return sentences.stream().map(sentence -> sentence + "\n").collect(Collectors.joining());
    }

    /**
     * Returns the fields of the documents of {@code plan} and {@code install}.
     *
     * @param changes that were made, or would be
     */
    static Map<String, Object> fields(PlannedInstall planned, List<Map<String, Object>> changes) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("address", planned.facts().address());
        fields.put(
                "url",
                "http://" + planned.spec().name() + ":" + planned.spec().proxy().port());
        fields.put("existingServices", ExistingServicesText.of(planned.facts().existing()));
        fields.put("settings", planned.settings());
        fields.put("oldLogs", planned.oldLogs().stream().map(Path::toString).toList());
        fields.put("changes", changes);
        fields.put("unchanged", planned.plan().unchanged().size());
        fields.put("unchangedResources", Json.unchanged(planned.plan()));
        fields.put("edited", Json.edited(planned.edits()));
        fields.put(
                "outdated",
                planned.outdated().map(OutdatedProcess::description).stream().toList());
        return fields;
    }
}
