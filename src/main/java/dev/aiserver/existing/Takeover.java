package dev.aiserver.existing;

import dev.aiserver.plan.DesiredResource;
import dev.aiserver.plan.Receipt;
import dev.aiserver.resource.ExistingJob;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Takes over existing services: stops them and removes their files. The receipt records how to restore them. */
public final class Takeover {
    private final List<ExistingService> earlier;
    private final Receipt receipt;

    /** @param receipt earlier changes, so that services which an earlier install took over stay stopped */
    public Takeover(List<ExistingService> earlier, Receipt receipt) {
        this.earlier = earlier;
        this.receipt = receipt;
    }

    /** Returns the installation's own targets and those that stop and remove existing services. */
    public List<DesiredResource> targets(List<DesiredResource> own) {
        List<DesiredResource> all = new ArrayList<>(own);
        for (ExistingService service : earlier) {
            if (!service.isReplacedInPlace()) {
                if (service.job().isPresent()) {
                    absent(all, new ExistingJob(service.label(), service.plist(), service.addresses()));
                }
                absent(all, new HostFile(service.plist()));
            }
        }
        receipt.entries().stream()
                .filter(entry -> entry.resource() instanceof ExistingJob
                        || entry.before() instanceof State.File && entry.after().equals(State.ABSENT))
                .forEach(entry -> absent(all, entry.resource()));
        return all;
    }

    /** Adds the resource as absent, unless aiserver's own resource replaces it. */
    private static void absent(List<DesiredResource> targets, Resource resource) {
        if (targets.stream().noneMatch(target -> target.resource().id().equals(resource.id()))) {
            targets.add(new DesiredResource(resource, State.ABSENT));
        }
    }

    /** Reports aiserver's job as absent while an existing service has its label; that service stops before the job starts. */
    public Function<Resource, State> observed(Function<Resource, State> observer) {
        return resource -> resource instanceof Job job && earlier.stream().anyMatch(service -> hasLabel(service, job))
                ? State.ABSENT
                : observer.apply(resource);
    }

    private static boolean hasLabel(ExistingService service, Job job) {
        return !service.isReplacedInPlace()
                && service.job().isPresent()
                && service.label().equals(job.label());
    }
}
