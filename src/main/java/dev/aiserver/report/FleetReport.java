package dev.aiserver.report;

import dev.aiserver.report.Console.Colour;
import dev.aiserver.server.CommandOutcome;
import dev.aiserver.server.ExitCode;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes the results of one command on several hosts. */
public final class FleetReport {
    private static final String NOT_STARTED = "not-started";

    private final Console console;
    private final boolean verbose;

    /** @param verbose whether round trips are shown */
    public FleetReport(Console console, boolean verbose) {
        this.console = console;
        this.verbose = verbose;
    }

    /**
     * Holds the result of one host.
     *
     * @param report empty if the command was not started there
     * @param roundTrips how many requests were sent to the host
     */
    public record Result(String host, Optional<Report> report, long millis, int roundTrips) {

        /** Returns the result of a host that was skipped, because another host failed or you pressed Ctrl-C. */
        public static Result notStarted(String host) {
            return new Result(host, Optional.empty(), 0, 0);
        }

        public boolean isGood() {
            return report.filter(Report::isGood).isPresent();
        }

        /** Returns whether the command was started there, and ended with this exit code. */
        public boolean endedWith(ExitCode exitCode) {
            return report.map(Report::exitCode).equals(Optional.of(exitCode));
        }

        /** Returns why the command failed, on one line; empty if it did not fail. */
        String reason() {
            return report.filter(of -> !of.isGood())
                    .map(of -> Controls.inLine(of.reason()))
                    .orElse("");
        }

        private String output() {
            return report.map(of -> of.details() + of.text()).orElse("");
        }

        String outcome() {
            return report.map(of -> Json.word(of.exitCode())).orElse(NOT_STARTED);
        }

        /** Returns the outcome for people. */
        String words() {
            return outcome().replace('-', ' ');
        }
    }

    /** Returns the highest exit code of all hosts. */
    public static ExitCode exitCode(List<Result> results) {
        return results.stream()
                .flatMap(result -> result.report().stream())
                .map(Report::exitCode)
                .max(Comparator.naturalOrder())
                .orElse(ExitCode.DONE);
    }

    /** Returns the output of each host, below its name. */
    public String outputs(List<Result> results) {
        StringBuilder text = new StringBuilder();
        for (Result result : results) {
            if (!result.output().isEmpty()) {
                text.append(console.paint(Colour.BOLD, Controls.inLine(result.host())))
                        .append('\n')
                        .append(result.output().indent(2));
            }
        }
        return text.toString();
    }

    /** Returns a line for each host, and the number of hosts that are done. */
    public String table(List<Result> results) {
        int hostWidth = results.stream()
                .mapToInt(result -> result.host().length())
                .max()
                .orElse(0);
        int outcomeWidth = results.stream()
                .mapToInt(result -> result.words().length())
                .max()
                .orElse(0);
        StringBuilder text = new StringBuilder();
        for (Result result : results) {
            String outcome = ("%-" + Math.max(outcomeWidth, 1) + "s").formatted(result.words());
            text.append(("  %-" + hostWidth + "s  ").formatted(Controls.inLine(result.host())))
                    .append(console.paint(result.isGood() ? Colour.GREEN : Colour.RED, outcome))
                    .append(" %6.1f s".formatted(result.millis() / 1e3))
                    .append(verbose ? "  %3d round trips".formatted(result.roundTrips()) : "")
                    .append(result.reason().isEmpty() ? "" : "  " + result.reason())
                    .append('\n');
        }
        long good = results.stream().filter(Result::isGood).count();
        return text.append("%d of %d hosts done.%n".formatted(good, results.size()))
                .toString();
    }

    /** Returns one document for all hosts. */
    public static Map<String, Object> json(String command, List<Result> results) {
        boolean good = results.stream().allMatch(Result::isGood);
        List<Map<String, Object>> hosts =
                results.stream().map(FleetReport::fields).toList();
        return Json.document(command, good ? CommandOutcome.DONE : CommandOutcome.NOT_DONE, Map.of("hosts", hosts));
    }

    private static Map<String, Object> fields(Result result) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("host", result.host());
        fields.put("outcome", result.outcome());
        result.report().ifPresent(report -> {
            fields.put("exitCode", report.exitCode().code());
            fields.put("milliseconds", result.millis());
            fields.put("roundTrips", result.roundTrips());
            report.document()
                    .ifPresentOrElse(
                            document -> fields.put("document", document.get()),
                            () -> fields.put("error", report.reason()));
        });
        return fields;
    }
}
