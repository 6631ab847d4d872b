package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.pages.Page;
import dev.aiserver.pages.Page.Block;
import dev.aiserver.pages.ShownOutput;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The commands of the README and of the pages, run on a Mac in their order, print what the pages show. */
@Tag("root")
class PagesIT {
    private static final String SITE = "src/site/markdown/";
    private static final String IN_CHECKOUT = "cd \"$1\"; PATH=$PATH:$HOME/.local/bin; ";

    @Test
    void theReadme() {
        try (Mac mac = new Mac()) {
            run(mac, Page.of(Path.of("README.md")).blocks());
        }
    }

    /** From an installation to an uninstallation by the tutorial; what the other pages show, before its end. */
    @Test
    void theTutorialAndTheOtherPages() {
        List<Block> tutorial = Page.of(Path.of(SITE + "tutorial.md")).blocks();
        int end = tutorial.size() - 1;
        assertThat(tutorial.get(end).text()).isEqualTo("aiserver uninstall\n");
        List<Block> others = Stream.of("how-to/clients.md", "how-to/verify.md", "troubleshooting.md")
                .flatMap(page -> Page.of(Path.of(SITE + page)).blocks().stream())
                .toList();
        assertThat(Page.all().stream()
                        .filter(page -> page.blocks().stream()
                                .anyMatch(block -> block.mark().startsWith("run")))
                        .map(Page::path))
                .as("pages with commands to run that no test runs")
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                Stream.of(Path.of("README.md"), Path.of(SITE + "tutorial.md")),
                                others.stream().map(Block::page))
                        .distinct()
                        .toList());
        try (Mac mac = new Mac()) {
            run(
                    mac,
                    Stream.of(tutorial.subList(0, end), others, tutorial.subList(end, end + 1))
                            .flatMap(List::stream)
                            .toList());
        }
    }

    private static void run(Mac mac, List<Block> blocks) {
        // Clients know the server's name from their tailnet.
        mac.script(
                mac.standin("curl"),
                "exec /usr/bin/curl -sS --fail --connect-to remote-ollama:11434:" + Mac.ADDRESS + ":11434 \"$@\"");
        String printed = "";
        for (Block block : blocks) {
            if (block.mark().startsWith("run")) {
                Run run = mac.command(
                        "sh",
                        "-euc",
                        IN_CHECKOUT + script(block),
                        "sh",
                        mac.checkout().toString());
                assertThat(run.exitCode()).as(block + "\n" + run).isZero();
                printed = (run.err() + run.out()).replace(mac.home().toString(), "/Users/ann");
            } else if (block.mark().equals("output")) {
                assertThat(ShownOutput.missing(block.text(), printed))
                        .as("lines of " + block.page() + " that were not printed:\n" + printed)
                        .isEmpty();
            }
        }
    }

    /** Returns the mark's command in place of the block's, which would ask; or the block's with the mark's model. */
    private static String script(Block block) {
        String instead = block.mark().replaceFirst("^run(?:: )?", "");
        String script = block.text();
        if (instead.startsWith("MODEL=")) {
            script = script.replace("MODEL", instead.substring("MODEL=".length()));
        } else if (!instead.isEmpty()) {
            script = instead;
        }
        return script;
    }
}
