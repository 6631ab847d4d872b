package dev.aiserver.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.report.Console.Colour;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What became of a command on several machines. */
public final class FleetReport {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Console console;
    private final boolean verbose;

    /** @param verbose whether round trips are told */
    public FleetReport(Console console, boolean verbose) {
        this.console = console;
        this.verbose = verbose;
    }

    /**
     * On one machine.
     *
     * @param answer what the command wrote to standard output
     * @param last line that it wrote to standard error, empty when there is none
     * @param roundTrips how often the machine was asked something
     */
    public record Result(String host, int exitCode, String answer, String last, long millis, int roundTrips) {
        private static final int NEVER = -1;

        public static Result notBegun(String host) {
            return new Result(host, NEVER, "", "", 0, 0);
        }

        public boolean isGood() {
            return exitCode == 0;
        }

        /** In a line; empty when all is well. */
        String reason() {
            if (isGood()) {
                return "";
            }
            return answer.lines()
                    .filter(line -> line.startsWith(VerdictText.DO_FIRST))
                    .findFirst()
                    .orElse(Controls.inLine(last));
        }

        String word() {
            return switch (exitCode) {
                case NEVER -> "not begun";
                case 0 -> "done";
                case 2 -> "refused";
                case 3 -> "findings";
                case 4 -> "rolled back";
                case 5 -> "stuck";
                case 6 -> "unreachable";
                case 130 -> "interrupted";
                default -> "failed";
            };
        }
    }

    /** The answers, each under its machine's name. */
    public String answers(List<Result> results) {
        StringBuilder text = new StringBuilder();
        for (Result result : results) {
            if (!result.answer().isEmpty()) {
                text.append(console.paint(Colour.BOLD, Controls.inLine(result.host())))
                        .append('\n')
                        .append(result.answer().indent(2));
            }
        }
        return text.toString();
    }

    /** One line for each machine. */
    public String table(List<Result> results) {
        int width = results.stream()
                .mapToInt(result -> result.host().length())
                .max()
                .orElse(0);
        StringBuilder text = new StringBuilder();
        for (Result result : results) {
            String word = "%-11s".formatted(result.word());
            text.append(("  %-" + width + "s  ").formatted(Controls.inLine(result.host())))
                    .append(console.paint(result.isGood() ? Colour.GREEN : Colour.RED, word))
                    .append(" %6.1f s".formatted(result.millis() / 1e3))
                    .append(verbose ? "  %3d round trips".formatted(result.roundTrips()) : "")
                    .append(result.reason().isEmpty() ? "" : "  " + result.reason())
                    .append('\n');
        }
        long good = results.stream().filter(Result::isGood).count();
        return text.append("%d of %d machines are done.%n".formatted(good, results.size()))
                .toString();
    }

    /** One document for all. */
    public static String json(String command, List<Result> results) {
        List<Map<String, Object>> hosts = new ArrayList<>();
        for (Result result : results) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("host", result.host());
            fields.put("outcome", result.word());
            if (result.exitCode() != Result.NEVER) {
                fields.put("exitCode", result.exitCode());
                fields.put("milliseconds", result.millis());
                fields.put("roundTrips", result.roundTrips());
            }
            if (!result.answer().isEmpty()) {
                fields.put("answer", tree(result.answer()));
            } else if (!result.last().isEmpty()) {
                fields.put("error", result.last());
            }
            hosts.add(fields);
        }
        boolean good = results.stream().allMatch(Result::isGood);
        return Json.document(command, good ? "done" : "not-done", Map.of("hosts", hosts));
    }

    private static Object tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            return json;
        }
    }
}
