package dev.aiserver.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.report.FleetReport.Result;
import dev.aiserver.server.CommandOutcome;
import dev.aiserver.server.ExitCode;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FleetReportTest {
    private static final PrintWriter NOWHERE = new PrintWriter(new StringWriter());
    private static final Console PLAIN =
            new Console(new BufferedReader(Reader.nullReader()), NOWHERE, NOWHERE, false, false, false);
    private static final List<Result> RESULTS = List.of(
            result("mac-studio", Report.of(ExitCode.DONE, "healthy\n"), 12345, 61),
            result(
                    "mac-2",
                    Report.of(ExitCode.ROLLED_BACK, "").because("Failed: start com.ollama: it does not start"),
                    900,
                    30),
            result(
                    "mac-5",
                    Report.of(ExitCode.FINDINGS, "Not verified: 1 failed.\nFix first: fix it (a.b).\n")
                            .after("services\n")
                            .because("Fix first: fix it (a.b)."),
                    900,
                    30),
            result("mac-3", Report.of(ExitCode.INTERRUPTED, "").because("Interrupted."), 5, 2),
            Result.notStarted("mac-4"));

    private static Result result(String host, Report report, long millis, int roundTrips) {
        return new Result(host, Optional.of(report), millis, roundTrips);
    }

    @Test
    void theTableHasALineForEachHostInOrder() {
        assertThat(new FleetReport(PLAIN, true).table(RESULTS)).isEqualTo("""
                  mac-studio  done          12.3 s   61 round trips
                  mac-2       rolled back    0.9 s   30 round trips  Failed: start com.ollama: it does not start
                  mac-5       findings       0.9 s   30 round trips  Fix first: fix it (a.b).
                  mac-3       interrupted    0.0 s    2 round trips  Interrupted.
                  mac-4       not started    0.0 s    0 round trips
                1 of 5 hosts done.
                """);
        assertThat(new FleetReport(PLAIN, false).outputs(RESULTS))
                .startsWith("mac-studio\n  healthy\nmac-5\n  services\n  Not verified");
    }

    @Test
    void jsonIsOneDocumentWithTheDocumentOfEachHost() throws JsonProcessingException {
        List<Result> results = List.of(
                result(
                        "a",
                        Report.of(ExitCode.DONE, "", () -> Json.document("status", CommandOutcome.HEALTHY, Map.of())),
                        1,
                        2),
                result(
                        "b",
                        Report.failed(ExitCode.UNREACHABLE, "status", "b refused.")
                                .withoutDocument(),
                        1,
                        0),
                result("c", Report.failed(ExitCode.FAILED, "status", "c has none."), 1, 3),
                Result.notStarted("d"));
        JsonNode document = JsonMapper.builder().build().readTree(Json.text(FleetReport.json("status", results)));
        assertThat(document.get("schema").asInt()).isEqualTo(1);
        assertThat(document.get("hosts").get(0).get("document").get("command").asText())
                .isEqualTo("status");
        assertThat(document.get("hosts").get(1).get("error").asText()).isEqualTo("b refused.");
        assertThat(document.get("hosts").get(1).get("exitCode").asInt()).isEqualTo(6);
        assertThat(document.get("hosts").get(1).has("document")).isFalse();
        assertThat(document.at("/hosts/2/document/error").asText()).isEqualTo("c has none.");
        assertThat(document.get("hosts").get(3).toString()).isEqualTo("{\"host\":\"d\",\"outcome\":\"not-started\"}");
    }
}
