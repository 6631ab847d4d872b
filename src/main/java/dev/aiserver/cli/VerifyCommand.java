package dev.aiserver.cli;

import dev.aiserver.report.Console;
import dev.aiserver.report.Json;
import dev.aiserver.report.VerdictText;
import dev.aiserver.verify.Verdict;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "verify",
        description =
                "Prove that the server runs, listens where it should and nowhere else, and refuses what it should.")
final class VerifyCommand implements Callable<Integer> {
    private final UseCases useCases;
    private final Console console;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    VerifyCommand(UseCases useCases, Console console) {
        this.useCases = useCases;
        this.console = console;
    }

    @Override
    public Integer call() {
        VerdictText text = new VerdictText(console);
        List<Verdict> verdicts = useCases.verify().verify(verdict -> {
            if (!common.json) {
                console.answer(text.line(verdict) + "\n");
            }
        });
        boolean good = verdicts.stream().allMatch(Verdict::isGood);
        console.answer(
                common.json
                        ? Json.document(
                                "verify", good ? "verified" : "not-verified", Map.of("checks", Json.verdicts(verdicts)))
                        : text.summary(verdicts));
        return good ? ExitCode.DONE : ExitCode.FINDINGS;
    }
}
