package dev.aiserver;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.FileDescriptor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayersTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.aiserver", "standin");

    private static final String ROOT = "dev.aiserver";

    /** The stand-ins, whose packages are not below {@link #ROOT}. */
    private static final String STANDIN = "standin";

    /** Lists exactly the packages that each package uses. A row names only rows above it, so there are no cycles. */
    private static final String LAYERS = """
            value
            host
            host.ssh:          value host
            spec:              value host
            proxy:             host
            template:          value spec proxy
            net:               value host spec
            service:           host
            ollama:            value host net
            resource:          host net service
            plan:              host service resource
            agent:             host net service ollama
            layout:            spec service
            verify:            value host spec proxy net service resource plan agent
            existing:          host spec net service ollama resource plan agent layout
            preflight:         host spec net service resource plan agent layout existing
            server:            host spec template net service ollama resource plan agent layout verify existing preflight
            models:            value host spec net ollama plan server
            app:               spec resource plan verify preflight server models
            report:            host spec template ollama resource plan agent layout verify existing preflight server models app
            cli:               value host spec ollama plan layout verify server models app report
            rehearsal:         host spec net service ollama plan layout verify preflight server models app report
            standin.launchd
            standin.ollama.go
            standin.ollama.http:       standin.ollama.go
            standin.ollama.model:      standin.ollama.go standin.ollama.http
            standin.ollama.generation: standin.ollama.go standin.ollama.http standin.ollama.model
            standin.ollama.api:        standin.ollama.go standin.ollama.http standin.ollama.model standin.ollama.generation
            standin.ollama:            standin.ollama.go standin.ollama.http standin.ollama.model standin.ollama.generation standin.ollama.api
            standin:                   host rehearsal standin.launchd standin.ollama
            """;

    @Test
    void everyPackageUsesExactlyTheListedPackages() {
        Map<String, Set<String>> allowed = new LinkedHashMap<>();
        LAYERS.lines().forEach(line -> {
            String[] parts = line.split(":? +", 2);
            Set<String> uses = new TreeSet<>();
            if (parts.length > 1) {
                uses.addAll(Arrays.asList(parts[1].split(" ")));
            }
            assertThat(allowed.keySet()).as("rows above " + parts[0]).containsAll(uses);
            allowed.put(parts[0], uses);
        });
        Map<String, Set<String>> used = new LinkedHashMap<>();
        for (JavaClass each : CLASSES) {
            String name = name(each);
            if (!name.isEmpty()) {
                Set<String> uses = used.computeIfAbsent(name, any -> new TreeSet<>());
                each.getDirectDependenciesFromSelf().stream()
                        .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                        .filter(target -> isOurs(target.getPackageName()))
                        .map(LayersTest::name)
                        .filter(target -> !target.equals(name))
                        .forEach(uses::add);
            }
        }
        assertThat(used).containsExactlyInAnyOrderEntriesOf(allowed);
    }

    private static boolean isOurs(String name) {
        return name.startsWith(ROOT) || name.equals(STANDIN) || name.startsWith(STANDIN + ".");
    }

    private static String name(JavaClass each) {
        String name = each.getPackageName();
        return name.equals(ROOT) ? "" : name.replaceFirst("^dev\\.aiserver\\.", "");
    }

    /** The user's jar has no stand-ins, so the program cannot use them except through an interface. */
    @Test
    void theProgramDoesNotNameAStandIn() {
        noClasses()
                .that()
                .resideInAPackage("dev.aiserver..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("standin..")
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.aiserver.(**)").should().beFreeOfCycles().check(CLASSES);
        slices().matching("(standin..)").should().beFreeOfCycles().check(CLASSES);
    }

    @ParameterizedTest
    @CsvSource({
        "picocli..,                 dev.aiserver.cli",
        "org.apache.commons.exec.., dev.aiserver.host",
        "com.jcraft.jsch..,         dev.aiserver.host.ssh",
        "freemarker..,              dev.aiserver.template",
        "com.dd.plist..,            standin.launchd",
        "com.github.luben.zstd..,   standin.ollama.http",
        "org.yaml..,                dev.aiserver.spec",
        "com.github.difflib..,      dev.aiserver.report",
        "me.tongfei.progressbar..,  dev.aiserver.report"
    })
    void onlyOnePackageUsesALibrary(String library, String only) {
        noClasses()
                .that()
                .resideOutsideOfPackage(only)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(CLASSES);
    }

    @Test
    void onlyTheLocalHostStartsProcesses() {
        noClasses()
                .that()
                .resideInAPackage("dev.aiserver.host..")
                .and()
                .haveNameNotMatching("dev\\.aiserver\\.host\\.LocalProcess(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.commons.exec..")
                .check(CLASSES);
    }

    @Test
    void onlyProgramsExit() {
        noClasses()
                .that(DescribedPredicate.not(within(Main.class)))
                .and()
                .resideOutsideOfPackage("standin.ollama")
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(CLASSES);
    }

    /** Text written any other way could carry control sequences of a server or a file to the terminal. */
    @Test
    void allOutputGoesThroughTheCleanStream() {
        DescribedPredicate<JavaClass> others = DescribedPredicate.not(within(Main.class));
        for (String stream : List.of("out", "err")) {
            noClasses().that(others).should().accessField(System.class, stream).check(CLASSES);
        }
        noClasses()
                .that(DescribedPredicate.not(within(TerminalPrompter.class)))
                .should()
                .callMethod(System.class, "console")
                .check(CLASSES);
        // The stand-in for Ollama is a separate program that writes to its log.
        noClasses()
                .that()
                .resideOutsideOfPackage("standin.ollama")
                .should()
                .accessField(FileDescriptor.class, "out")
                .orShould()
                .accessField(FileDescriptor.class, "err")
                .orShould()
                .callMethod(ProcessBuilder.class, "inheritIO")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> within(Class<?> outermost) {
        return DescribedPredicate.describe(
                "within " + outermost.getSimpleName(),
                each -> each.getName().equals(outermost.getName())
                        || each.getName().startsWith(outermost.getName() + "$"));
    }
}
